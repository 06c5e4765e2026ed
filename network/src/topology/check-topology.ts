import { readPolicyText } from './policy-principals.ts';
import { shown } from './schema-problems.ts';
import type { Topology, TopologyChaincode } from './topology.ts';
import type { TopologyProblem } from './topology-error.ts';

const MAX_PORT = 65535;
/** SmartBFT tolerates f faults with 3f + 1 nodes; below four it tolerates none. */
const MIN_BFT_NODES = 4;

/** What no schema can say: names used once, addresses used once, policies that name known organisations. */
export function checkTopology(file: string, topology: Topology): TopologyProblem[] {
  return [
    ...duplicateNames(topology),
    ...unknownPlaces(topology),
    ...duplicateAddresses(topology),
    ...batchOrder(topology),
    ...ordererCount(topology),
    ...topology.chaincodes.flatMap((chaincode, index) => chaincodeProblems(topology, chaincode, index)),
  ].map((problem) => ({ file, ...problem }));
}

type Problem = Omit<TopologyProblem, 'file'>;
type Placed = Readonly<{ path: string; value: string }>;

function duplicateNames({ organizations, orderers, chaincodes }: Topology): Problem[] {
  const each = (field: 'mspId' | 'name' | 'domain') => [
    ...organizations.map((organization, i) => ({ path: `organizations[${i}].${field}`, value: organization[field] })),
    { path: `orderers.${field}`, value: orderers[field] },
  ];
  const named = (path: string, list: readonly { name: string }[]) =>
    list.map(({ name }, i) => ({ path: `${path}[${i}].name`, value: name }));
  return [
    each('mspId'),
    each('name'),
    each('domain'),
    named('orderers.nodes', orderers.nodes),
    named('chaincodes', chaincodes),
    // What an organisation has certificates for: `pki renew` is told a name.
    ...organizations.map(({ mspId, peers, clients }, i) => [
      ...named(`organizations[${i}].peers`, peers),
      ...named(`organizations[${i}].clients`, clients),
      ...named('chaincodes', chaincodes).filter((_, j) => chaincodes[j]?.addresses[mspId] !== undefined),
    ]),
    ...chaincodes.map(({ collections }, i) => named(`chaincodes[${i}].collections`, collections)),
  ].flatMap((values) => repeated(values, 'a name of its own'));
}

/** Names of organisations in `hosts` and of operators of orderers. */
function unknownPlaces({ hosts, organizations, orderers }: Topology): Problem[] {
  const known = organizations.map(({ name }) => name);
  const named: Placed[] = [
    ...Object.keys(hosts).map((name) => ({ path: `hosts.${name}`, value: name })),
    ...orderers.nodes.flatMap(({ operator }, i) =>
      operator === undefined ? [] : [{ path: `orderers.nodes[${i}].operator`, value: operator }],
    ),
  ];
  return named
    .filter(({ value }) => !known.includes(value))
    .map(({ path, value }) => ({ path, found: `organisation ${shown(value)}`, allowed: known.join(', ') }));
}

function duplicateAddresses({ organizations, orderers, chaincodes, admin }: Topology): Problem[] {
  const address = (path: string, host: string, port: number | undefined): Placed[] =>
    port === undefined || port === 0 ? [] : [{ path, value: `${host}:${port}` }];
  const addresses = [
    ...organizations.flatMap((organization, i) => [
      ...address(
        `organizations[${i}].gatewayPort`,
        organization.gatewayHost ?? organization.host,
        organization.gatewayPort,
      ),
      ...organization.peers.flatMap((peer, j) =>
        (['port', 'chaincodePort', 'operationsPort'] as const).flatMap((field) =>
          address(`organizations[${i}].peers[${j}].${field}`, peer.host ?? organization.host, peer[field]),
        ),
      ),
    ]),
    ...orderers.nodes.flatMap((node, i) =>
      (['port', 'adminPort', 'operationsPort'] as const).flatMap((field) =>
        address(`orderers.nodes[${i}].${field}`, node.host, node[field]),
      ),
    ),
    ...chaincodes.flatMap(({ addresses }, i) =>
      Object.entries(addresses).map(([mspId, value]) => ({ path: `chaincodes[${i}].addresses.${mspId}`, value })),
    ),
    ...address('admin.port', '127.0.0.1', admin.port),
  ];
  return repeated(addresses, 'an address of its own');
}

function repeated(values: readonly Placed[], allowed: string): Problem[] {
  const first = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { path, value } of values) {
    const earlier = first.get(value);
    if (earlier === undefined) first.set(value, path);
    else problems.push({ path, found: `${shown(value)}, which ${earlier} has`, allowed });
  }
  return problems;
}

function batchOrder({ channel: { batch } }: Topology): Problem[] {
  if (batch.preferredMaxBytes <= batch.absoluteMaxBytes) return [];
  const allowed = `at most absoluteMaxBytes (${batch.absoluteMaxBytes})`;
  return [{ path: 'channel.batch.preferredMaxBytes', found: `${batch.preferredMaxBytes}`, allowed }];
}

function ordererCount({ orderers: { consensus, nodes } }: Topology): Problem[] {
  if (consensus !== 'bft' || nodes.length >= MIN_BFT_NODES) return [];
  const allowed = `at least ${MIN_BFT_NODES} nodes with bft (one with raft)`;
  return [{ path: 'orderers.nodes', found: `${nodes.length} nodes`, allowed }];
}

function chaincodeProblems(topology: Topology, chaincode: TopologyChaincode, index: number): Problem[] {
  const at = `chaincodes[${index}]`;
  const known = topology.organizations.map(({ mspId }) => mspId);
  const policies: Placed[] = [
    { path: `${at}.endorsementPolicy`, value: chaincode.endorsementPolicy },
    ...chaincode.collections.flatMap((collection, i) => [
      { path: `${at}.collections[${i}].policy`, value: collection.policy },
      ...(collection.endorsementPolicy === undefined
        ? []
        : [
            {
              path: `${at}.collections[${i}].endorsementPolicy.signaturePolicy`,
              value: collection.endorsementPolicy.signaturePolicy,
            },
          ]),
    ]),
  ];
  return [
    ...policies.flatMap((policy) => policyProblems(policy, known)),
    ...addressProblems(at, chaincode, known),
    ...chaincode.collections.flatMap((collection, i) =>
      collection.requiredPeerCount <= collection.maxPeerCount
        ? []
        : [
            {
              path: `${at}.collections[${i}].requiredPeerCount`,
              found: `${collection.requiredPeerCount}`,
              allowed: `at most maxPeerCount (${collection.maxPeerCount})`,
            },
          ],
    ),
  ];
}

function policyProblems({ path, value }: Placed, known: readonly string[]): Problem[] {
  const reading = readPolicyText(value);
  if ('wrong' in reading) {
    const allowed = "AND(...), OR(...) or OutOf(n, ...) over 'MSP.role', role member, admin, client, peer or orderer";
    return [{ path, found: `${shown(value)} (${reading.wrong})`, allowed }];
  }
  return reading.mspIds
    .filter((mspId) => !known.includes(mspId))
    .map((mspId) => ({ path, found: `MSP id ${shown(mspId)}`, allowed: known.join(', ') }));
}

function addressProblems(at: string, { addresses }: TopologyChaincode, known: readonly string[]): Problem[] {
  return Object.entries(addresses).flatMap(([mspId, address]) => {
    const path = `${at}.addresses.${mspId}`;
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    if (!known.includes(mspId)) return [{ path, found: `MSP id ${shown(mspId)}`, allowed: known.join(', ') }];
    if (port > MAX_PORT) return [{ path, found: shown(address), allowed: `host:port, port from 0 to ${MAX_PORT}` }];
    return [];
  });
}
