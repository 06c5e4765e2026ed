import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ordererProcessName } from '../fabric/node-processes.ts';
import { ADMIN_USER, materialLayout } from '../pki/material-layout.ts';
import type { Topology, TopologyOrganization } from '../topology/topology.ts';

/** Name of the connection file that a running network keeps in its data folder. */
export const CONNECTION_FILE = 'connection.json';

/** Where and as whom a client connects to one organisation. Files are absolute paths of PEM files. */
export type OrganizationConnection = Readonly<{
  mspId: string;
  name: string;
  displayName: string;
  /** `host:port` of the gateway service. */
  endpoint: string;
  /** Name in the endpoint's TLS certificate. */
  serverName: string;
  tlsCa: string;
  /** First client identity of the organisation. */
  cert: string;
  key: string;
  adminCert: string;
  adminKey: string;
  peerCert: string;
  peerKey: string;
  /** Authority that issues the organisation's identities; only on its own machine. */
  caCert?: string;
  caKey?: string;
  clients: Readonly<Record<string, Readonly<{ cert: string; key: string }>>>;
}>;

/** An orderer, by the name of its process; `endpoint` is `host:port`. */
export type OrdererConnection = Readonly<{ name: string; endpoint: string }>;

/** What `network up --connection-out` writes: everything a client or test needs to connect. */
export type ConnectionFile = Readonly<{
  engine: string;
  channel: string;
  chaincodes: readonly string[];
  organizations: readonly OrganizationConnection[];
  /** Empty on the embedded network, which orders in its own process. */
  orderers: readonly OrdererConnection[];
  /** Base URL of the embedded network's administration service. */
  adminUrl?: string;
}>;

/** Facts that are known only once the network runs. */
export type RunningNetwork = Readonly<{
  engine: string;
  /** `host:port` by MSP id, where ports were chosen at start. */
  endpoints: ReadonlyMap<string, string>;
  adminUrl?: string;
}>;

/** The connection file of a running network whose material lies in `directory`. */
export function connectionFile(topology: Topology, directory: string, running: RunningNetwork): ConnectionFile {
  return {
    engine: running.engine,
    channel: topology.channel.name,
    chaincodes: topology.chaincodes.map(({ name }) => name),
    organizations: topology.organizations.map((organization) => connectionOf(organization, directory, running)),
    orderers: running.engine === 'embedded' ? [] : orderersOf(topology),
    ...(running.adminUrl === undefined ? {} : { adminUrl: running.adminUrl }),
  };
}

/** Writes the file whole: whoever looks meanwhile finds the old one, or none. */
export async function writeConnection(file: string, connection: ConnectionFile): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(connection, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** Says in a data folder that its network has come up; `undefined`, that it has not (any more). */
export async function keepConnection(directory: string, connection: ConnectionFile | undefined): Promise<void> {
  const file = path.join(directory, CONNECTION_FILE);
  if (connection === undefined) await rm(file, { force: true });
  else await writeConnection(file, connection);
}

function orderersOf(topology: Topology): readonly OrdererConnection[] {
  return topology.orderers.nodes.map((node) => ({
    name: ordererProcessName(topology, node),
    endpoint: `${node.host}:${node.port}`,
  }));
}

function connectionOf(
  organization: TopologyOrganization,
  directory: string,
  { endpoints }: RunningNetwork,
): OrganizationConnection {
  const { mspId, name, displayName, domain, host, clients } = organization;
  const [peer] = organization.peers;
  const layout = materialLayout(directory).organization(name);
  const peerFiles = layout.holder('peers', peer.name).msp;
  const adminFiles = layout.holder('users', ADMIN_USER).msp;
  const client = (user: string) => {
    const { certificate, key } = layout.holder('users', user).msp;
    return { cert: certificate, key };
  };
  return {
    mspId,
    name,
    displayName,
    endpoint: endpoints.get(mspId) ?? `${peer.host ?? host}:${peer.port}`,
    serverName: `${peer.name}.${domain}`,
    tlsCa: layout.publicMsp.tlsRootCertificate,
    ...client(clients[0]?.name ?? ADMIN_USER),
    adminCert: adminFiles.certificate,
    adminKey: adminFiles.key,
    peerCert: peerFiles.certificate,
    peerKey: peerFiles.key,
    ...(existsSync(layout.authority.key) ? { caCert: layout.authority.certificate, caKey: layout.authority.key } : {}),
    clients: Object.fromEntries([...clients.map(({ name }) => name), ADMIN_USER].map((user) => [user, client(user)])),
  };
}
