import { fileURLToPath } from 'node:url';
import {
  startTestNetwork,
  type TestNetwork,
  type TestNetworkOptions,
} from '@medquorum/network/embedded/start-test-network';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { ChildProcesses } from '../conformance/child-processes.ts';

const CHAINCODE = fileURLToPath(new URL('../../docs/examples/asset/asset-chaincode.cjs', import.meta.url));
export const ASSET_MSP_IDS = ['Org1MSP', 'Org2MSP', 'Org3MSP'] as const;

type Child = ReturnType<ChildProcesses['start']>;

/** The asset example on three organisations, two of which have to endorse, with the network in the test's own process. */
export class AssetProcesses {
  readonly #processes = new ChildProcesses();
  readonly #children = new Map<string, Child>();
  readonly #addresses: Readonly<Record<string, string>>;
  #network: TestNetwork | undefined;

  private constructor(addresses: Readonly<Record<string, string>>) {
    this.#addresses = addresses;
    for (const mspId of ASSET_MSP_IDS) this.restart(mspId);
  }

  static async start(options: Partial<TestNetworkOptions> = {}): Promise<AssetProcesses> {
    const ports = await freePorts(ASSET_MSP_IDS.length);
    const addresses = Object.fromEntries(ASSET_MSP_IDS.map((mspId, index) => [mspId, `127.0.0.1:${ports[index]}`]));
    const assets = new AssetProcesses(addresses);
    const endorsementPolicy = "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')";
    try {
      assets.#network = await startTestNetwork({
        organizations: [...ASSET_MSP_IDS],
        chaincodes: [{ name: 'asset', endorsementPolicy, addresses }],
        ...options,
      });
      return assets;
    } catch (error) {
      await assets.close();
      throw error;
    }
  }

  get network(): TestNetwork {
    if (this.#network === undefined) throw new Error('the network does not run');
    return this.#network;
  }

  /** Ends an organisation's chaincode process at once. */
  async kill(mspId: string): Promise<void> {
    const child = this.#children.get(mspId);
    if (child === undefined) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  /** Starts the process of an organisation, at its address. */
  restart(mspId: string): void {
    const env = { CHAINCODE_ID: 'asset', CHAINCODE_SERVER_ADDRESS: this.#addresses[mspId] ?? '' };
    this.#children.set(mspId, this.#processes.start(CHAINCODE, env));
  }

  async close(): Promise<void> {
    await this.#network?.close();
    await this.#processes.close();
  }
}
