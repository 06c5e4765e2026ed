import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectionFile, type OrganizationConnection } from '@medquorum/network/connection/connection-file';
import { until } from '@medquorum/network/operations/until';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import {
  type ChaincodePlace,
  type NetworkUnderTest,
  startNetworkUnderTest,
} from '@medquorum/network/testing/network-under-test';
import { testEngine } from '@medquorum/network/testing/test-engine';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import { ChildProcesses } from '../conformance/child-processes.ts';

const CHAINCODE = fileURLToPath(new URL('../../docs/examples/asset/asset-chaincode.cjs', import.meta.url));
const MSP_IDS = ['Org1MSP', 'Org2MSP', 'Org3MSP'];

/** By MSP id. */
type RunningChaincodes = Map<string, Readonly<{ child: ChildProcess; place: ChaincodePlace }>>;

/** The asset example on three organisations, two of which have to endorse, on the engine that the run is for. */
export class AssetConsortium {
  readonly network: NetworkUnderTest;
  readonly #directory: string;
  readonly #processes: ChildProcesses;
  readonly #running: RunningChaincodes;

  static async start(): Promise<AssetConsortium> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'asset-consortium-'));
    const processes = new ChildProcesses();
    const running: RunningChaincodes = new Map();
    const addresses = Object.fromEntries(MSP_IDS.map((mspId, index) => [mspId, `127.0.0.1:${index + 1}`]));
    const topology = topologyFrom({
      version: 1,
      name: 'asset',
      channel: { name: 'mychannel' },
      organizations: MSP_IDS.map((mspId, index) => ({
        mspId,
        name: `org${index + 1}`,
        domain: `org${index + 1}.example`,
        peers: [{ name: 'peer0', port: 0 }],
      })),
      orderers: { consensus: 'raft', nodes: [{ name: 'orderer1', port: 0 }] },
      chaincodes: [
        {
          name: 'asset',
          version: '1',
          endorsementPolicy: "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')",
          addresses,
        },
      ],
    });
    const network = await startNetworkUnderTest(testEngine(), {
      topology,
      directory,
      sharing: MSP_IDS.map((mspId) => [mspId]),
      async startChaincode(wanted) {
        const [free = 0] = await freePorts(1);
        const place = { ...wanted, port: wanted.port === 0 ? free : wanted.port };
        running.set(place.mspIds[0] ?? '', { place, child: await startAsset(processes, place) });
        return place.port;
      },
    }).catch(async (error: unknown) => {
      await processes.close();
      throw error;
    });
    return new AssetConsortium(directory, network, processes, running);
  }

  private constructor(
    directory: string,
    network: NetworkUnderTest,
    processes: ChildProcesses,
    running: RunningChaincodes,
  ) {
    this.#directory = directory;
    this.network = network;
    this.#processes = processes;
    this.#running = running;
  }

  connection(mspId: string): OrganizationConnection {
    const { topology, materialDirectory, engine } = this.network;
    const endpoints = new Map([[mspId, this.network.endpointOf(mspId)]]);
    const { organizations } = connectionFile(topology, materialDirectory, { engine, endpoints });
    const found = organizations.find((organization) => organization.mspId === mspId);
    if (found === undefined) throw new Error(`no ${mspId}`);
    return found;
  }

  /** The organisation's chaincode process crashes. */
  async killChaincode(mspId: string): Promise<void> {
    const child = this.#running.get(mspId)?.child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** And is started again where it was. */
  async restartChaincode(mspId: string): Promise<void> {
    const place = this.#running.get(mspId)?.place;
    if (place !== undefined) this.#running.set(mspId, { place, child: await startAsset(this.#processes, place) });
  }

  async close(): Promise<void> {
    await this.network.close();
    await this.#processes.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

async function startAsset(processes: ChildProcesses, { chaincodeId, host, port }: ChaincodePlace) {
  const env = { CHAINCODE_ID: chaincodeId, CHAINCODE_SERVER_ADDRESS: `${host}:${port}` };
  const child = processes.start(CHAINCODE, env);
  await until('the chaincode listens', async () => (await acceptsConnections(host, port)) || undefined);
  return child;
}
