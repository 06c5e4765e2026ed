import { findOrganization } from './find-organization.ts';
import type { Topology, TopologyOrganization } from './topology.ts';

/** The consortium as one of its members sees it. */
export type OrganizationView = Readonly<{
  own: TopologyOrganization;
  others: readonly TopologyOrganization[];
  /** `host:port` of the organisation's first peer, whose gateway service its clients use. */
  endpoint: string;
  /** Name in the TLS certificate of that peer. */
  serverName: string;
  /** `host:port` of the organisation's own chaincode processes by chaincode name. */
  chaincodes: Readonly<Record<string, string>>;
}>;

/**
 * The view of the organisation with this short name or MSP id.
 * @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION naming those that exist
 */
export function organizationView(topology: Topology, nameOrMspId: string): OrganizationView {
  const own = findOrganization(topology, nameOrMspId);
  const [peer] = own.peers;
  return {
    own,
    others: topology.organizations.filter((organization) => organization !== own),
    endpoint: `${peer.host ?? own.host}:${peer.port}`,
    serverName: `${peer.name}.${own.domain}`,
    chaincodes: Object.fromEntries(
      topology.chaincodes.flatMap(({ name, addresses }) => {
        const address = addresses[own.mspId];
        return address === undefined ? [] : [[name, address]];
      }),
    ),
  };
}
