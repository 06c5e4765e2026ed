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

/** The asset example on three organisations, two of which have to endorse, with the network in the test's own process. */
export class AssetProcesses {
  readonly #processes = new ChildProcesses();
  #network: TestNetwork | undefined;

  private constructor(addresses: readonly string[]) {
    for (const address of addresses) {
      this.#processes.start(CHAINCODE, { CHAINCODE_ID: 'asset', CHAINCODE_SERVER_ADDRESS: address });
    }
  }

  static async start(options: Partial<TestNetworkOptions> = {}): Promise<AssetProcesses> {
    const ports = await freePorts(ASSET_MSP_IDS.length);
    const addresses = Object.fromEntries(ASSET_MSP_IDS.map((mspId, index) => [mspId, `127.0.0.1:${ports[index]}`]));
    const assets = new AssetProcesses(Object.values(addresses));
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

  async close(): Promise<void> {
    await this.#network?.close();
    await this.#processes.close();
  }
}
