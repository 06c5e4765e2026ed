import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generateMaterial } from '../pki/generate-material.ts';
import { type HolderMaterial, loadMaterial, type OrganizationMaterial } from '../pki/load-material.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import type { TopologyCollection } from '../topology/topology.ts';
import type { EmbeddedNetwork } from './embedded-network.ts';
import { networkOptionsFrom } from './from-topology.ts';
import { NetworkError } from './network-error.ts';
import type { NetworkOptions } from './network-options.ts';
import { startNetwork } from './start-network.ts';

/** A chaincode as a test gives it; its processes are started by the test. */
export type TestChaincode = Readonly<{
  name: string;
  /** Default `1`. */
  version?: string;
  /** Policy text. */
  endorsementPolicy: string;
  /** `host:port` of the process by MSP id. */
  addresses: Readonly<Record<string, string>>;
  collections?: readonly (Pick<TopologyCollection, 'name' | 'policy'> & Partial<TopologyCollection>)[];
}>;

export type TestNetworkOptions = Readonly<{
  /** MSP ids, such as `Org1MSP`. */
  organizations: readonly [string, ...string[]];
  chaincodes: readonly TestChaincode[];
  /** Names of the client users of every organisation; default `user1`. An `admin` is always there. */
  users?: readonly string[];
  /** Default `mychannel`. */
  channel?: string;
}> &
  Pick<NetworkOptions, 'cutting' | 'batch' | 'log' | 'chaincodeWaitMs' | 'directory'>;

/** What a client needs to connect to one organisation as one of its users. */
export type TestClient = Readonly<{
  mspId: string;
  /** `host:port`; TLS. */
  endpoint: string;
  /** Name in the endpoint's TLS certificate. */
  serverName: string;
  tlsRootCertificatePem: string;
  certificatePem: string;
  privateKeyPem: string;
}>;

export type TestNetwork = Readonly<{
  network: EmbeddedNetwork;
  /** @throws NetworkError MQ_NETWORK_OPTIONS for an organisation or user that is not there */
  client(mspId: string, user?: string): TestClient;
  /** Stops the network and forgets its keys. */
  close(): Promise<void>;
}>;

const DEFAULT_USER = 'user1';

/**
 * A network for one test run: throw-away keys, free loopback ports, a ledger in memory (or in `directory`). The options
 * are few; `startNetwork` takes everything.
 * @throws TopologyError for options that do not fit together, and what `startNetwork` throws
 */
export async function startTestNetwork(options: TestNetworkOptions): Promise<TestNetwork> {
  const { organizations, chaincodes, users = [DEFAULT_USER], channel = 'mychannel', ...networkOptions } = options;
  const topology = topologyFrom(
    {
      version: 1,
      name: 'test',
      channel: { name: channel },
      organizations: organizations.map((mspId, index) => ({
        mspId,
        name: `org-${index + 1}`,
        domain: `org${index + 1}.example`,
        peers: [{ name: 'peer0', port: 0 }],
        clients: users.map((name) => ({ name })),
      })),
      chaincodes: chaincodes.map((chaincode) => ({ version: '1', ...chaincode })),
    },
    'options of the test network',
  );
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medquorum-network-'));
  try {
    await generateMaterial(topology, folder);
    const material = await loadMaterial(topology, folder);
    const { adminPort: _, ...fromTopology } = networkOptionsFrom(topology, material);
    const network = await startNetwork({ ...fromTopology, ...networkOptions });
    return {
      network,
      client: (mspId, user = users[0] ?? DEFAULT_USER) =>
        clientOf(network, material.get(mspId), `peer0.org${organizations.indexOf(mspId) + 1}.example`, mspId, user),
      close: () => network.close(),
    };
  } finally {
    await rm(folder, { recursive: true, force: true }); // what is needed of it is in memory
  }
}

function clientOf(
  network: EmbeddedNetwork,
  material: OrganizationMaterial | undefined,
  serverName: string,
  mspId: string,
  user: string,
): TestClient {
  const { address } = network.endpoint(mspId);
  const holder: HolderMaterial | undefined = material?.holders.users.get(user);
  if (holder === undefined) throw new NetworkError('MQ_NETWORK_OPTIONS', `${mspId} has no user ${user}`);
  const { certificatePem, privateKeyPem, tls } = holder;
  return {
    mspId,
    endpoint: address,
    serverName,
    tlsRootCertificatePem: tls.rootCertificatePem,
    certificatePem,
    privateKeyPem,
  };
}
