import type { Topology } from '../topology/topology.ts';
import type { NodeRole } from './certificate-profile.ts';
import { ADMIN_USER, type HolderKind } from './material-layout.ts';

/** A node or user of an organisation that has an identity and a TLS certificate of its own. */
export type Holder = Readonly<{
  kind: HolderKind;
  name: string;
  role: NodeRole;
  /** Names and addresses in its TLS certificate. */
  hosts: readonly string[];
  attributes: Readonly<Record<string, string>>;
}>;

/** What key material one organisation (ordering or peer) needs. */
export type KeyOwner = Readonly<{
  mspId: string;
  name: string;
  displayName: string;
  domain: string;
  holders: readonly Holder[];
  /** TLS names of the organisation's chaincode processes by chaincode. */
  chaincodeHosts: ReadonlyMap<string, readonly string[]>;
}>;

const LOOPBACK = ['localhost', '127.0.0.1'];

/** Every organisation of the topology, the orderers' last, with all that needs keys in it. */
export function keyOwners(topology: Topology): KeyOwner[] {
  const { organizations, orderers, chaincodes } = topology;
  return [
    ...organizations.map(
      ({ mspId, name, displayName, domain, host, gatewayHost = host, hostnames, peers, clients }) => ({
        mspId,
        name,
        displayName,
        domain,
        holders: [
          ...peers.map((peer) =>
            holder('peers', peer.name, 'peer', [
              `${peer.name}.${domain}`,
              ...hostnames,
              peer.host ?? host,
              ...LOOPBACK,
            ]),
          ),
          holder('users', ADMIN_USER, 'admin', [`${ADMIN_USER}.${domain}`]),
          ...clients.map((client) =>
            holder(
              'users',
              client.name,
              'client',
              [`${client.name}.${domain}`, ...hostnames, host, gatewayHost, ...LOOPBACK],
              client.attributes,
            ),
          ),
        ],
        chaincodeHosts: new Map(
          chaincodes.flatMap((chaincode) => {
            const address = chaincode.addresses[mspId];
            if (address === undefined) return [];
            const chaincodeHost = address.slice(0, address.lastIndexOf(':'));
            return [[chaincode.name, unique([`${chaincode.name}.${domain}`, chaincodeHost, ...LOOPBACK])]] as const;
          }),
        ),
      }),
    ),
    {
      mspId: orderers.mspId,
      name: orderers.name,
      displayName: orderers.displayName,
      domain: orderers.domain,
      holders: [
        ...orderers.nodes.map((node) =>
          holder('orderers', node.name, 'orderer', [`${node.name}.${orderers.domain}`, node.host, ...LOOPBACK]),
        ),
        holder('users', ADMIN_USER, 'admin', [`${ADMIN_USER}.${orderers.domain}`]),
      ],
      chaincodeHosts: new Map(),
    },
  ];
}

function holder(
  kind: HolderKind,
  name: string,
  role: NodeRole,
  hosts: readonly string[],
  attributes: Readonly<Record<string, string>> = {},
): Holder {
  return { kind, name, role, hosts: unique(hosts), attributes };
}

const unique = (values: readonly string[]) => [...new Set(values)];
