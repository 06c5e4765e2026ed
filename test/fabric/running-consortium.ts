import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '@medquorum/network/operations/until';
import { acceptsConnections, answersOk } from '@medquorum/network/supervisor/probe';
import { RunFile } from '@medquorum/network/supervisor/run-file';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { EntryPoint } from '../e2e/entry-point.ts';
import { moveTopology } from '../e2e/moved-topology.ts';

const POLL_MS = 25;

/** The default consortium as `npm start -- --engine fabric` brings it up, on ports of its own. */
export class RunningConsortium {
  readonly folder: string;
  readonly topology: Topology;
  readonly password: string;
  readonly #start: EntryPoint;

  static async start(): Promise<RunningConsortium> {
    const folder = await mkdtemp(path.join(tmpdir(), 'medquorum-faults-'));
    const topologyFile = await moveTopology(folder);
    const data = path.join(folder, 'data');
    const args = ['--engine=fabric', '--no-charts', `--topology=${topologyFile}`, `--data=${data}`];
    const start = new EntryPoint('start.mjs', args);
    await start.said('Ready.');
    const password = (await readFile(path.join(data, 'development-password'), 'utf8')).trim();
    return new RunningConsortium(folder, await loadTopology(topologyFile), password, start);
  }

  private constructor(folder: string, topology: Topology, password: string, start: EntryPoint) {
    this.folder = folder;
    this.topology = topology;
    this.password = password;
    this.#start = start;
  }

  get keys(): string {
    return path.join(this.folder, 'data', 'keys');
  }

  /** The process of this name, as the supervisor has it now. */
  pidOf(name: string): number | undefined {
    const processes = new RunFile(path.join(this.folder, 'data', 'run.json')).read()?.processes ?? [];
    return processes.find((process) => process.name === name)?.pid ?? undefined;
  }

  /** `kill -9`; the supervisor starts it again. */
  kill(name: string): void {
    const pid = this.pidOf(name);
    if (pid === undefined) throw new Error(`${name} does not run`);
    process.kill(pid, 'SIGKILL');
  }

  /** Killed, and again as often as the supervisor starts it, until what is returned is called. */
  async holdDown(name: string): Promise<() => void> {
    const timer = setInterval(() => {
      const pid = this.pidOf(name);
      if (pid !== undefined) killIfThere(pid);
    }, POLL_MS);
    await until(`${name} is down`, async () => ((await this.#isUp(name)) ? undefined : true));
    return () => clearInterval(timer);
  }

  untilUp(name: string): Promise<true> {
    return until(`${name} is back`, async () => ((await this.#isUp(name)) ? true : undefined));
  }

  async close(): Promise<void> {
    await this.#start.stop();
    await new EntryPoint('medquorum.mjs', [
      'network',
      'reset',
      '--yes',
      '--data',
      path.join(this.folder, 'data'),
    ]).exit();
    await rm(this.folder, { recursive: true, force: true });
  }

  #isUp(name: string): Promise<boolean> {
    const probe = this.#probes().get(name);
    if (probe === undefined) throw new Error(`no process ${name}`);
    return this.pidOf(name) === undefined ? Promise.resolve(false) : probe();
  }

  #probes(): ReadonlyMap<string, () => Promise<boolean>> {
    const { organizations, orderers, chaincodes } = this.topology;
    const healthz = (host: string, port: number | undefined) => () => answersOk(`http://${host}:${port}/healthz`);
    return new Map([
      ...orderers.nodes.map(
        ({ name, host, operationsPort }) => [`${name}.orderer`, healthz(host, operationsPort)] as const,
      ),
      ...organizations.flatMap(({ name, host, mspId, gatewayPort, peers: [peer] }) => {
        const [chaincodeHost = '', port] = (chaincodes[0]?.addresses[mspId] ?? '').split(':');
        return [
          [`${peer.name}.${name}`, healthz(peer.host ?? host, peer.operationsPort)] as const,
          [`gateway.${name}`, () => answersOk(`http://${host}:${gatewayPort}/health/ready`)] as const,
          [`chaincode-${chaincodes[0]?.name}.${name}`, () => acceptsConnections(chaincodeHost, Number(port))] as const,
        ];
      }),
    ]);
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
