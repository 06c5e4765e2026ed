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

/** An end of the connection between an organisation's peers and its process of a chaincode: TLS alone, no identity. */
export type ChaincodeEnd = Readonly<{
  /** As `pki renew` takes it. */
  name: string;
  chaincode: string;
  /** Where its files are among those of the chaincode. */
  folder: 'tls' | 'client';
  commonName: string;
  /** Names and addresses in its TLS certificate. */
  hosts: readonly string[];
}>;

/** What key material one organisation (ordering or peer) needs. */
export type KeyOwner = Readonly<{
  mspId: string;
  name: string;
  displayName: string;
  domain: string;
  holders: readonly Holder[];
  chaincodeEnds: readonly ChaincodeEnd[];
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
        chaincodeEnds: chaincodes.flatMap(({ name: chaincode, addresses }) => {
          const address = addresses[mspId];
          return address === undefined ? [] : chaincodeEnds(chaincode, domain, address);
        }),
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
      chaincodeEnds: [],
    },
  ];
}

/** The process, and its client: all peers of the organisation show it one certificate, which is in the chaincode package. */
function chaincodeEnds(chaincode: string, domain: string, address: string): ChaincodeEnd[] {
  const commonName = `${chaincode}.${domain}`;
  const host = address.slice(0, address.lastIndexOf(':'));
  const clientName = `client.${commonName}`;
  return [
    { name: chaincode, chaincode, folder: 'tls', commonName, hosts: unique([commonName, host, ...LOOPBACK]) },
    { name: `${chaincode}/client`, chaincode, folder: 'client', commonName: clientName, hosts: [clientName] },
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
