import path from 'node:path';
import type { EmbeddedNetwork } from '../embedded/embedded-network.ts';
import { networkOptionsFrom } from '../embedded/from-topology.ts';
import { startNetwork } from '../embedded/start-network.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import { loadMaterial } from '../pki/load-material.ts';
import type { Topology, TopologyChaincode } from '../topology/topology.ts';
import type { NetworkUnderTest, NetworkUnderTestOptions } from './network-under-test.ts';

/** The embedded network in the test's own process, its ledger in memory. */
export interface EmbeddedUnderTest extends NetworkUnderTest {
  readonly engine: 'embedded';
  /** Injected faults, cutting by hand, forced conflicts, clock shift. */
  readonly embedded: EmbeddedNetwork;
}

export async function startEmbeddedUnderTest(options: NetworkUnderTestOptions): Promise<EmbeddedUnderTest> {
  const topology: Topology = {
    ...options.topology,
    organizations: options.topology.organizations.map((organization) => {
      const [first, ...more] = organization.peers;
      return { ...organization, gatewayPort: 0, peers: [{ ...first, port: 0 }, ...more] };
    }),
    chaincodes: await Promise.all(options.topology.chaincodes.map((chaincode) => withProcesses(chaincode, options))),
  };
  const materialDirectory = path.join(options.directory, 'keys');
  await generateMaterial(topology, materialDirectory);
  const material = await loadMaterial(topology, materialDirectory);
  const { adminPort: _none, ...networkOptions } = networkOptionsFrom(topology, material);
  const network = await startNetwork(networkOptions);
  return {
    engine: 'embedded',
    topology,
    materialDirectory,
    embedded: network,
    endpointOf: (mspId) => network.endpoint(mspId).address,
    stopPeer: async (mspId) => void network.setFaults(mspId, { down: true }),
    startPeer: async (mspId) => void network.setFaults(mspId, { down: false }),
    close: () => network.close(),
  };
}

async function withProcesses(
  chaincode: TopologyChaincode,
  { sharing, startChaincode }: NetworkUnderTestOptions,
): Promise<TopologyChaincode> {
  const place = { chaincode: chaincode.name, chaincodeId: chaincode.name, host: '127.0.0.1', port: 0 };
  const groups = await Promise.all(
    sharing.map(async (mspIds) => {
      const port = await startChaincode({ ...place, mspIds });
      return mspIds.map((mspId) => [mspId, `${place.host}:${port}`] as const);
    }),
  );
  return { ...chaincode, addresses: Object.fromEntries(groups.flat()) };
}
