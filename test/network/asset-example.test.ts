import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineName } from '@medquorum/network/consortium/engine';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { testEngine } from '@medquorum/network/testing/test-engine';
import { parse } from 'yaml';
import { ChildProcesses } from '../conformance/child-processes.ts';
import { medquorumArguments } from './medquorum-process.ts';
import { NetworkProcess } from './network-process.ts';

const EXAMPLE = fileURLToPath(new URL('../../docs/examples/asset', import.meta.url));
const SOURCES = ['--disable-warning=ExperimentalWarning', '--conditions=medquorum-source'];
const run = promisify(execFile);

/** Fabric's programs take their time to start on a busy machine. */
const TEST_TIMEOUT_MS = 180_000;

describe('the asset example', () => {
  let folder: string;
  const processes = new ChildProcesses();
  let network: NetworkProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'asset-example-'));
  });
  afterEach(async () => {
    await network?.stop();
    await processes.close();
    await rm(folder, { recursive: true, force: true });
  }, TEST_TIMEOUT_MS);

  /** `network up` with the example's topology on ports of its own; Fabric's also needs an orderer. */
  async function up(engine: EngineName) {
    const document = parse(await readFile(path.join(EXAMPLE, 'network.yaml'), 'utf8'));
    const ports = await freePorts(document.organizations.length * 4 + 3);
    const port = () => ports.pop() ?? 0;
    for (const { peers } of document.organizations)
      Object.assign(peers[0], { port: port(), chaincodePort: port(), operationsPort: port() });
    const node = { name: 'orderer1', port: port(), adminPort: port(), operationsPort: port() };
    document.orderers = { consensus: 'raft', nodes: [node] };
    const { addresses } = document.chaincodes[0];
    for (const mspId of Object.keys(addresses)) addresses[mspId] = `127.0.0.1:${port()}`;
    await writeFile(path.join(folder, 'network.json'), JSON.stringify(document));
    await cp(path.join(EXAMPLE, 'collections.json'), path.join(folder, 'collections.json'));
    const place = ['--topology', path.join(folder, 'network.json'), '--data', path.join(folder, 'data')];
    network = new NetworkProcess(engine, ...place, '--connection-out', path.join(folder, 'connection.json'));
    await network.startAssets(processes, addresses);
    await network.says(/is ready after/);
    return { network, document };
  }
  const client = () => run(process.execPath, [path.join(EXAMPLE, 'client.mjs'), path.join(folder, 'connection.json')]);
  const medquorum = (...command: string[]) =>
    run(process.execPath, medquorumArguments(...command, '--data', path.join(folder, 'data')));

  it('runs inside a process of its own', async () => {
    const { stdout } = await run(process.execPath, [...SOURCES, path.join(EXAMPLE, 'in-process.mjs')]);
    expect(stdout).toBe('after the transfer: bob\nafter going back: alice\n');
  });

  it(
    `runs on \`network up --engine ${testEngine()}\`, with the connection file it writes, as soon as it is ready`,
    async () => {
      const { network, document } = await up(testEngine());
      expect((await client()).stdout).toBe('bob\n{"id":"car","owner":"bob"}\n9000\n');
      const status = await medquorum('network', 'status');
      // Columns are as wide as their longest name, which differs by engine.
      expect(status.stdout).toMatch(
        new RegExp(`Org2MSP +127\\.0\\.0\\.1:${document.organizations[1].peers[0].port} +answers`),
      );
      await medquorum('network', 'down');
      expect(await network.exit()).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );

  it('can be read in one line per transaction, which the embedded network alone writes', async () => {
    const { network } = await up('embedded');
    await client();
    expect(network.output).toMatch(
      /VALID {2}block \d+ {2}asset\.transfer {2}by alice\.org1\.example@Org1MSP {2}endorsed by/,
    );
  });
});
