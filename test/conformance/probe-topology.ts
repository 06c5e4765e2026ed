import { readFile } from 'node:fs/promises';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import type { Consensus, Topology } from '@medquorum/network/topology/topology';

const LETTERS = ['1', '2', '3'] as const;
const PORTS_PER_ORGANIZATION = 5;
const PORTS_PER_ORDERER = 3;
/** Orderers by consensus: one is enough for raft, four are the fewest BFT orderers that tolerate a fault. */
const ORDERERS: Readonly<Record<Consensus, number>> = { raft: 1, bft: 4 };

/** The network that the transcripts were recorded on (README.md, 'What the network must be'), on free ports. */
export async function probeTopology(consensus: Consensus): Promise<Topology> {
  const collections = JSON.parse(
    await readFile(new URL('./probe-chaincode/collections.json', import.meta.url), 'utf8'),
  ) as unknown;
  const ports = await freePorts(LETTERS.length * PORTS_PER_ORGANIZATION + ORDERERS[consensus] * PORTS_PER_ORDERER);
  const port = () => ports.pop() ?? 0;
  const addresses = () => Object.fromEntries(LETTERS.map((n) => [`Org${n}MSP`, `127.0.0.1:${port()}`]));
  return topologyFrom({
    version: 1,
    name: 'conformance',
    channel: {
      name: 'mychannel',
      batch: { maxMessageCount: 10, absoluteMaxBytes: 4194304, preferredMaxBytes: 2097152, timeoutMs: 300 },
    },
    organizations: LETTERS.map((n) => ({
      mspId: `Org${n}MSP`,
      name: `org${n}`,
      domain: `org${n}.example`,
      peers: [{ name: 'peer0', port: port(), chaincodePort: port(), operationsPort: port() }],
      clients: [{ name: 'user1' }],
    })),
    orderers: {
      consensus,
      nodes: Array.from({ length: ORDERERS[consensus] }, (_, index) => ({
        name: `orderer${index + 1}`,
        port: port(),
        adminPort: port(),
        operationsPort: port(),
      })),
    },
    chaincodes: [
      {
        name: 'probe',
        version: '1',
        endorsementPolicy: "OutOf(2,'Org1MSP.peer','Org2MSP.peer','Org3MSP.peer')",
        addresses: addresses(),
        collections,
      },
      {
        name: 'probe2',
        version: '1',
        endorsementPolicy: "AND('Org2MSP.peer','Org3MSP.peer')",
        addresses: addresses(),
      },
    ],
  });
}
