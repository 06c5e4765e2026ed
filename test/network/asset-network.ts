import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ConnectionFile, OrganizationConnection } from '@medquorum/network/connection/connection-file';
import type { EngineName } from '@medquorum/network/consortium/engine';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { ChildProcesses } from '../conformance/child-processes.ts';
import { NetworkProcess } from './network-process.ts';

const MSP_IDS = ['Org1MSP', 'Org2MSP'] as const;
const PORTS_PER_ORGANIZATION = 4;
const PORTS_PER_ORDERER = 3;

/** The asset example on two organisations, with the network in a process that can be killed and started again. */
export class AssetNetwork {
  readonly folder: string;
  readonly #engine: EngineName;
  readonly #addresses: Readonly<Record<string, string>>;
  readonly #chaincodes = new ChildProcesses();
  #areChaincodesUp = false;
  #network: NetworkProcess | undefined;

  /** Writes the topology; nothing runs yet. */
  static async prepare(engine: EngineName): Promise<AssetNetwork> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'asset-network-'));
    const ports = await freePorts(MSP_IDS.length * PORTS_PER_ORGANIZATION + PORTS_PER_ORDERER);
    const port = () => ports.pop() ?? 0;
    const addresses = Object.fromEntries(MSP_IDS.map((mspId) => [mspId, `127.0.0.1:${port()}`]));
    const topology = {
      version: 1,
      name: 'asset',
      channel: { name: 'mychannel' },
      organizations: MSP_IDS.map((mspId, index) => ({
        mspId,
        name: `org${index + 1}`,
        domain: `org${index + 1}.example`,
        peers: [{ name: 'peer0', port: port(), chaincodePort: port(), operationsPort: port() }],
      })),
      orderers: {
        consensus: 'raft',
        nodes: [{ name: 'orderer1', port: port(), adminPort: port(), operationsPort: port() }],
      },
      chaincodes: [{ name: 'asset', version: '1', endorsementPolicy: "AND('Org1MSP.peer','Org2MSP.peer')", addresses }],
    };
    await writeFile(path.join(folder, 'network.json'), JSON.stringify(topology));
    return new AssetNetwork(folder, engine, addresses);
  }

  private constructor(folder: string, engine: EngineName, addresses: Readonly<Record<string, string>>) {
    this.folder = folder;
    this.#engine = engine;
    this.#addresses = addresses;
  }

  get topologyFile(): string {
    return path.join(this.folder, 'network.json');
  }

  get materialDirectory(): string {
    return path.join(this.folder, 'data', 'keys');
  }

  /** Starts the network's process (the first time the chaincode processes as well) and resolves when it is ready. */
  async up(): Promise<readonly OrganizationConnection[]> {
    const connection = path.join(this.folder, 'connection.json');
    const place = ['--topology', this.topologyFile, '--data', path.join(this.folder, 'data')];
    const quiet = this.#engine === 'embedded' ? ['--log', 'none'] : [];
    this.#network = new NetworkProcess(this.#engine, ...place, '--connection-out', connection, ...quiet);
    if (!this.#areChaincodesUp) await this.#network.startAssets(this.#chaincodes, this.#addresses);
    this.#areChaincodesUp = true;
    await this.#network.says(/is ready after/);
    return (JSON.parse(await readFile(connection, 'utf8')) as ConnectionFile).organizations;
  }

  /** Resolves when the running network has written this. */
  async says(pattern: RegExp): Promise<void> {
    await this.#network?.says(pattern);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#network?.kill();
  }

  async close(): Promise<void> {
    await this.#network?.stop();
    await this.#chaincodes.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
