import { ordererProcessName, peerProcessName } from '../fabric/node-processes.ts';
import type { Operator } from '../operations/operator.ts';
import type { TopologyOrderer, TopologyOrganization, TopologyPeer } from '../topology/topology.ts';
import { UsageError } from './command.ts';

/** The nodes that `--org NAME [--name NODE]` names: peers of an organisation, or orderers of the ordering service. */
export type NamedNodes = Readonly<{
  /** Undefined for the ordering service. */
  organization: TopologyOrganization | undefined;
  peers: readonly TopologyPeer[];
  orderers: readonly TopologyOrderer[];
  /** Of all of them, as the supervisor names processes. */
  names: readonly string[];
}>;

/** @throws UsageError, OperationError where there is no such organisation or node */
export function nodesOf(operator: Operator, organizationName: string, nodeName: string | undefined): NamedNodes {
  const { orderers } = operator.topology;
  const isWanted = ({ name }: Readonly<{ name: string }>) => nodeName === undefined || name === nodeName;
  const isOrderers = organizationName === orderers.name || organizationName === orderers.mspId;
  const organization = isOrderers ? undefined : operator.organization(organizationName);
  const peers = organization?.peers.filter(isWanted) ?? [];
  const nodes = isOrderers ? orderers.nodes.filter(isWanted) : [];
  if (peers.length + nodes.length === 0) throw new UsageError(`${organizationName} has no node ${nodeName ?? ''}`);
  const names = [
    ...nodes.map((node) => ordererProcessName(operator.topology, node)),
    ...(organization === undefined ? [] : peers.map((peer) => peerProcessName(organization, peer))),
  ];
  return { organization, peers, orderers: nodes, names };
}
