import { shown } from './schema-problems.ts';
import type { Topology, TopologyOrderers, TopologyOrganization } from './topology.ts';
import { TopologyError } from './topology-error.ts';

/**
 * The organisation with this short name or MSP id; the ordering service is none of these, see {@link findParty}.
 * @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION naming those that exist
 */
export function findOrganization(topology: Topology, nameOrMspId: string): TopologyOrganization {
  return named(topology, topology.organizations, nameOrMspId);
}

/**
 * The organisation, or the ordering service, with this short name or MSP id.
 * @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION naming those that exist
 */
export function findParty(topology: Topology, nameOrMspId: string): TopologyOrganization | TopologyOrderers {
  return named(topology, [...topology.organizations, topology.orderers], nameOrMspId);
}

type Named = Readonly<{ name: string; mspId: string }>;

function named<T extends Named>({ name: file }: Topology, all: readonly T[], nameOrMspId: string): T {
  const found = all.find(({ name, mspId }) => name === nameOrMspId || mspId === nameOrMspId);
  if (found !== undefined) return found;
  const allowed = all.map(({ name, mspId }) => `${name} (${mspId})`).join(', ');
  const problem = { file, path: 'organizations', found: `no ${shown(nameOrMspId)}`, allowed };
  throw new TopologyError('MQ_TOPOLOGY_UNKNOWN_ORGANIZATION', [problem]);
}
