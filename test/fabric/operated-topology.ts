import { freePorts } from '@medquorum/network/supervisor/free-ports';

/** Names of organisations that a test may use; their MSP ids are `AlphaMSP` and so on. */
export const NAMES = ['alpha', 'beta', 'gamma', 'delta'] as const;
export type Name = (typeof NAMES)[number];

const PORTS_PER_ORGANIZATION = 3;
const PORTS_PER_ORDERER = 3;

export const mspIdOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}MSP`;

/** The document of a small consortium on ports of its own, to be edited and written by the test. */
export async function operatedTopology(names: readonly Name[], orderers = 4) {
  const ports = await freePorts(names.length * (PORTS_PER_ORGANIZATION + 1) + orderers * PORTS_PER_ORDERER);
  const port = () => ports.pop() ?? 0;
  return {
    version: 1,
    name: 'operated',
    channel: { name: 'operated', batch: { maxMessageCount: 50, timeoutMs: 100 } },
    organizations: names.map((name) => ({
      mspId: mspIdOf(name),
      name: name as string,
      domain: `${name}.example`,
      peers: [{ name: 'peer0', port: port(), chaincodePort: port(), operationsPort: port() }],
      clients: [{ name: 'user1' }],
    })),
    orderers: {
      consensus: 'bft',
      nodes: Array.from({ length: orderers }, (_, i) => ordererNode(`orderer${i + 1}`, [port(), port(), port()])),
    },
    chaincodes: [
      {
        name: 'probe',
        version: '1',
        sequence: 1,
        endorsementPolicy: `OutOf(2,${names.map((name) => `'${mspIdOf(name)}.peer'`).join(',')})`,
        collections: [] as { name: string; policy: string; endorsementPolicy?: { signaturePolicy: string } }[],
        addresses: Object.fromEntries(names.map((name) => [mspIdOf(name), `127.0.0.1:${port()}`])),
      },
    ],
  };
}
export type TopologyDocument = Awaited<ReturnType<typeof operatedTopology>>;

export const ordererNode = (
  name: string,
  [port = 0, adminPort = 0, operationsPort = 0]: readonly number[],
  operator?: Name,
) => ({ name, port, adminPort, operationsPort, ...(operator === undefined ? {} : { operator }) });
