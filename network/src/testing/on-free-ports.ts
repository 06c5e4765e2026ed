import { freePorts } from '../supervisor/free-ports.ts';
import type { Topology, TopologyOrderer, TopologyPeer } from '../topology/topology.ts';

const NODE_PORTS = 3;

/** The topology with everything on free ports of the loopback interface. */
export async function onFreePorts(topology: Topology): Promise<Topology> {
  const { organizations, orderers, chaincodes } = topology;
  const peers = organizations.flatMap((organization) => organization.peers);
  const addresses = chaincodes.flatMap((chaincode) => Object.keys(chaincode.addresses));
  const ports = await freePorts((peers.length + orderers.nodes.length) * NODE_PORTS + addresses.length);
  const port = () => ports.pop() ?? 0;
  const movedPeer = (peer: TopologyPeer) => ({
    ...peer,
    port: port(),
    chaincodePort: port(),
    operationsPort: port(),
  });
  const movedOrderer = (node: TopologyOrderer) => ({
    ...node,
    port: port(),
    adminPort: port(),
    operationsPort: port(),
  });
  const [firstOrderer, ...otherOrderers] = orderers.nodes;
  return {
    ...topology,
    organizations: organizations.map((organization) => {
      const [first, ...more] = organization.peers;
      return { ...organization, gatewayPort: 0, peers: [movedPeer(first), ...more.map(movedPeer)] };
    }),
    orderers: { ...orderers, nodes: [movedOrderer(firstOrderer), ...otherOrderers.map(movedOrderer)] },
    chaincodes: chaincodes.map((chaincode) => ({
      ...chaincode,
      addresses: Object.fromEntries(
        Object.entries(chaincode.addresses).map(([mspId, address]) => [
          mspId,
          `${address.slice(0, address.lastIndexOf(':'))}:${port()}`,
        ]),
      ),
    })),
  };
}
