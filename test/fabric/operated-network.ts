import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectionFile, type OrganizationConnection } from '@medquorum/network/connection/connection-file';
import type { FabricBinaries } from '@medquorum/network/fabric/fabric-binaries';
import { FabricNetwork } from '@medquorum/network/operations/fabric-network';
import { Operator } from '@medquorum/network/operations/operator';
import { until } from '@medquorum/network/operations/until';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { Supervisor } from '@medquorum/network/supervisor/supervisor';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { type CommandRun, type Machine, medquorum, medquorumUntilClosed } from './command-line.ts';
import type { TopologyDocument } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';

const PROBE_CHAINCODE = fileURLToPath(new URL('../conformance/probe-chaincode/index.js', import.meta.url));
const CHAINCODE_READY_TIMEOUT_MS = 30_000;

/** A consortium on native Fabric whose operators work with the `medquorum` command. Everything it starts ends with it. */
export class OperatedNetwork {
  readonly folder: string;
  readonly supervisor: Supervisor;
  readonly #binaries: FabricBinaries;
  readonly #closers: (() => Promise<unknown>)[] = [];
  readonly #chaincodes = new Map<string, Readonly<{ name: string; packageId: string }>>();
  #topology: Topology;

  static async start(binaries: FabricBinaries, document: TopologyDocument): Promise<OperatedNetwork> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'operated-'));
    const topology = topologyFrom(document);
    const supervisor = await Supervisor.open({ directory: path.join(folder, 'data'), report: () => {} });
    const network = new OperatedNetwork(folder, supervisor, binaries, topology);
    try {
      await network.use(document);
      await generateMaterial(topology, network.keys);
      const fabric = await FabricNetwork.prepare({
        topology,
        materialDirectory: network.keys,
        dataDirectory: network.data,
        binaries,
        supervisor,
        report: () => {},
        chaincodeTls: 'mutual',
      });
      const processes = topology.organizations.map(({ mspId }) =>
        network.startChaincode(mspId, fabric.packageId('probe', mspId) ?? ''),
      );
      await Promise.all([fabric.start(), ...processes]);
      await fabric.deploy();
      await Promise.all(topology.organizations.map(({ mspId }) => network.untilEndorses(mspId)));
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  private constructor(folder: string, supervisor: Supervisor, binaries: FabricBinaries, topology: Topology) {
    this.folder = folder;
    this.supervisor = supervisor;
    this.#binaries = binaries;
    this.#topology = topology;
    this.#closers.push(
      () => rm(folder, { recursive: true, force: true }),
      () => supervisor.close(),
    );
  }

  get keys(): string {
    return path.join(this.folder, 'keys');
  }

  get data(): string {
    return path.join(this.folder, 'data');
  }

  get topologyFile(): string {
    return path.join(this.folder, 'topology.json');
  }

  get topology(): Topology {
    return this.#topology;
  }

  /** From now on the commands see this topology. */
  async use(document: TopologyDocument): Promise<void> {
    this.#topology = topologyFrom(document);
    await writeFile(this.topologyFile, JSON.stringify(document));
  }

  get operator(): Operator {
    return new Operator({
      topology: this.#topology,
      materialDirectory: this.keys,
      dataDirectory: this.data,
      binaries: this.#binaries,
      report: () => {},
    });
  }

  /** Where a client of an organisation connects. */
  connection(mspId: string, keys: string = this.keys): OrganizationConnection {
    const { organizations } = connectionFile(this.#topology, keys, { engine: 'fabric', endpoints: new Map() });
    const found = organizations.find((organization) => organization.mspId === mspId);
    if (found === undefined) throw new Error(`no ${mspId}`);
    return found;
  }

  /** Waits until an organisation's gateway knows the peers that the chaincode's policy wants. */
  async untilEndorses(mspId: string): Promise<void> {
    const client = await ProbeClient.connect(this, mspId);
    try {
      await until(`${mspId} finds endorsers`, async () => {
        await client.endorse();
        return true;
      });
    } finally {
      client.close();
    }
  }

  /** An organisation's process of the probe chaincode, restarted when it ends. */
  async startChaincode(mspId: string, packageId: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const address = this.#topology.chaincodes[0]?.addresses[mspId] ?? '';
    const [host = '', port] = address.split(':');
    const name = `probe.${mspId}.${port}`;
    const { certificate, key, rootCertificate } = this.operator.material.chaincode(mspId, 'probe');
    this.#chaincodes.set(mspId, { name, packageId });
    await this.supervisor.start({
      name,
      command: process.execPath,
      args: [PROBE_CHAINCODE],
      env: {
        CHAINCODE_ID: packageId,
        CHAINCODE_SERVER_ADDRESS: address,
        CHAINCODE_TLS_CERT: certificate,
        CHAINCODE_TLS_KEY: key,
        CHAINCODE_TLS_CLIENT_CA: rootCertificate,
        PROBE_ORG: mspId,
        ...env,
      },
      isReady: () => acceptsConnections(host, Number(port)),
      readyTimeoutMs: CHAINCODE_READY_TIMEOUT_MS,
    });
    return name;
  }

  /** Stops an organisation's process of the chaincode and starts it with other variables, or under another package id. */
  async restartChaincode(
    mspId: string,
    env: Readonly<Record<string, string>> = {},
    packageId: string | undefined = this.#chaincodes.get(mspId)?.packageId,
  ): Promise<void> {
    const running = this.#chaincodes.get(mspId);
    if (running === undefined || packageId === undefined) throw new Error(`${mspId} runs no chaincode`);
    await this.supervisor.stop(running.name);
    await this.startChaincode(mspId, packageId, env);
  }

  /** Runs a command to its end as on a terminal, in the name of whoever has `keys` and `data`. */
  medquorum(command: string | readonly string[], options: Readonly<Partial<Place>> = {}): Promise<CommandRun> {
    return medquorum(this.#machine(options), command);
  }

  /** Runs a command that goes on until it is stopped, at the latest with the network; resolves once it has written to stdout. */
  async medquorumUntilClosed(command: string, options: Readonly<Partial<Place>> = {}): Promise<() => Promise<void>> {
    const close = await medquorumUntilClosed(this.#machine(options), command);
    this.#closers.push(close);
    return close;
  }

  async close(): Promise<void> {
    for (const closer of this.#closers.splice(0).reverse()) await closer();
  }

  #machine({ keys = this.keys, data = this.data }: Readonly<Partial<Place>>): Machine {
    return { topologyFile: this.topologyFile, keys, data };
  }
}

type Place = { keys: string; data: string };
