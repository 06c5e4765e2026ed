import type { ChaincodePackage } from '../fabric/chaincode-package.ts';
import type { Topology, TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import { type ContainerUnit, MOUNT_ROOT, type UnitFile } from './container-unit.ts';
import type { UnitContext } from './fabric-units.ts';
import { IMAGES } from './images.ts';
import { KEYS_ROOT, materialFiles } from './unit-files.ts';

/** Names of the passwords that a deployment has; each is also the name of its file. */
export const DEPLOYMENT_SECRETS = ['database-password', 'keys-passphrase', 'administrator-password'] as const;

/** Passwords made once for this deployment. */
export type DeploymentSecrets = Readonly<Record<(typeof DEPLOYMENT_SECRETS)[number], string>>;

const DATABASE = 'gateway';
const DATABASE_PORT = 5432;
const DATABASE_DATA = '/var/lib/postgresql/data';
/** Of the official images: `node` and `postgres`. */
const NODE_UID = 1000;
const POSTGRES_UID = 999;
const GATEWAY_DATA = '/var/lib/medquorum';
/** Distance from a gateway's REST port to the port for other gateways, where the topology names none. */
const RELEASE_PORT_OFFSET = 100;
/** To the port of its metrics, which are not for the clients of the REST port. */
export const METRICS_PORT_OFFSET = 200;
/** Folder of the passwords, in containers and beside the deployment's other secrets. */
export const PASSWORDS = 'passwords';
const PASSWORD_FILE = `${MOUNT_ROOT}/${PASSWORDS}/database-password`;
const PASSPHRASE_FILE = `${MOUNT_ROOT}/${PASSWORDS}/keys-passphrase`;
const ADMINISTRATOR_FILE = `${MOUNT_ROOT}/${PASSWORDS}/administrator-password`;

const consortiumFile = (topology: Topology): UnitFile => ({
  path: `${MOUNT_ROOT}/consortium.json`,
  // Without what an upgrade of the chaincode changes: neither the process that stands nor the gateway has to start anew for it.
  content: JSON.stringify({ ...topology, chaincodes: [] }, undefined, 2),
  secret: false,
});

const ROLE = 'chaincode';
/** What Fabric's lifecycle takes as a name or version, as containers are named. */
const dnsLabel = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

export const chaincodePort = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));

/** The organisation's process of a chaincode. It shares its peer's network and listens on loopback alone. */
export async function chaincodeUnit(
  { topology, materialDirectory, applicationImage }: UnitContext,
  { name: organizationName, mspId }: TopologyOrganization,
  chaincode: TopologyChaincode,
  { packageId }: ChaincodePackage,
  peerName: string,
): Promise<ContainerUnit> {
  const port = chaincodePort(chaincode.addresses[mspId] ?? '');
  // Its own end of the connection; what its peers show to it is theirs, in the package.
  const tls = `${organizationName}/private/chaincodes/${chaincode.name}/tls`;
  const at = (file: string) => `${KEYS_ROOT}/${tls}/${file}`;
  const health = [
    'node',
    '-e',
    `require('node:net').connect(${port},'127.0.0.1').on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))`,
  ];
  return {
    name: [ROLE, dnsLabel(chaincode.name), dnsLabel(chaincode.version), peerName].join('-'),
    role: ROLE,
    image: applicationImage,
    command: ['node', 'chaincode/dist/server.js'],
    env: {
      CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${port}`,
      CHAINCODE_ID: packageId,
      CHAINCODE_TLS_CERT: at('tls.pem'),
      CHAINCODE_TLS_KEY: at('tls.key'),
      CHAINCODE_TLS_CLIENT_CA: at('ca.pem'),
      CHAINCODE_CONSORTIUM: `${MOUNT_ROOT}/consortium.json`,
    },
    files: [consortiumFile(topology), ...(await materialFiles(materialDirectory, tls))],
    ports: [],
    health: { kind: 'command', command: health },
    healthCommand: health,
    resources: { cpu: { request: '100m', limit: '1' }, memory: { request: '256Mi', limit: '1Gi' } },
    uid: NODE_UID,
    after: [],
    companions: [],
  };
}

/** The organisation's gateway. */
export async function gatewayUnit(
  { topology, materialDirectory, applicationImage, publicFiles }: UnitContext,
  organization: TopologyOrganization,
  secrets: DeploymentSecrets,
  publicUrl = `https://${organization.gatewayHost ?? organization.host}`,
): Promise<ContainerUnit> {
  const { name, mspId, domain, gatewayPort = 0, peers, clients } = organization;
  const releasePort = releasePortOf(organization) ?? 0;
  const [peer] = peers;
  const client = clients[0]?.name ?? '';
  const metricsPort = gatewayPort + METRICS_PORT_OFFSET;
  const health = (route: string) =>
    `fetch('http://127.0.0.1:${gatewayPort}${route}').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`;
  // `$$(` is `$(` to the shell, by compose's rules and by Kubernetes'.
  const start = [
    `export DATABASE_URL="postgres://${DATABASE}:$$(cat ${PASSWORD_FILE})@postgres:${DATABASE_PORT}/${DATABASE}"`,
    `export MQ_KEYS_PASSPHRASE="$$(cat ${PASSPHRASE_FILE})"`,
    'exec node gateway/dist/server.js',
  ];
  return {
    name: 'gateway',
    role: 'gateway',
    image: applicationImage,
    command: ['sh', '-c', start.join(' && ')],
    env: {
      MQ_STRICT: 'true',
      MQ_KEYS_DEVELOPMENT: 'false',
      MQ_MSP_ID: mspId,
      MQ_CONSORTIUM_FILE: `${MOUNT_ROOT}/consortium.json`,
      MQ_MATERIAL_DIR: KEYS_ROOT,
      MQ_MATERIAL_USER: client,
      MQ_DATA_DIR: GATEWAY_DATA,
      MQ_HTTP_HOST: '0.0.0.0',
      MQ_HTTP_PORT: String(gatewayPort),
      MQ_HTTP_PUBLIC_URL: publicUrl,
      // The one that ends TLS.
      MQ_HTTP_TRUSTED_PROXIES: '1',
      MQ_METRICS_PORT: String(metricsPort),
      MQ_AUTH_ADMINISTRATOR_PASSWORD_FILE: ADMINISTRATOR_FILE,
      MQ_RELEASE_PORT: String(releasePort),
      MQ_LEDGER_PEER_ENDPOINT: `${peer.name}:${peer.port}`,
      MQ_LEDGER_PEER_HOSTNAME: `${peer.name}.${domain}`,
    },
    files: [
      consortiumFile(topology),
      ...publicFiles,
      ...(await materialFiles(materialDirectory, `${name}/private/users/${client}`)),
      { path: PASSWORD_FILE, content: secrets['database-password'], secret: true },
      { path: PASSPHRASE_FILE, content: secrets['keys-passphrase'], secret: true },
      { path: ADMINISTRATOR_FILE, content: secrets['administrator-password'], secret: true },
    ],
    data: { path: GATEWAY_DATA, size: '100Gi' },
    ports: [
      { name: 'http', port: gatewayPort, audience: 'proxy' },
      { name: 'release', port: releasePort, audience: 'world' },
      { name: 'metrics', port: metricsPort, audience: 'monitoring' },
    ],
    health: { kind: 'http', port: gatewayPort, livePath: '/health/live', ready: { path: '/health/ready' } },
    healthCommand: ['node', '-e', health('/health/ready')],
    resources: { cpu: { request: '250m', limit: '2' }, memory: { request: '512Mi', limit: '2Gi' } },
    uid: NODE_UID,
    publicHost: new URL(publicUrl).hostname,
    after: [peer.name, 'postgres'],
    reaches: topology.organizations.flatMap((other) => (other.mspId === mspId ? [] : (releasePortOf(other) ?? []))),
    companions: [],
  };
}

function releasePortOf({ application, gatewayPort }: TopologyOrganization): number | undefined {
  if (typeof application.releasePort === 'number') return application.releasePort;
  return gatewayPort === undefined ? undefined : gatewayPort + RELEASE_PORT_OFFSET;
}

/** The gateway's database. */
export function postgresUnit(secrets: DeploymentSecrets): ContainerUnit {
  const command = ['pg_isready', '--username', DATABASE, '--dbname', DATABASE];
  return {
    name: 'postgres',
    role: 'database',
    image: IMAGES.postgres,
    command: [],
    env: {
      POSTGRES_USER: DATABASE,
      POSTGRES_DB: DATABASE,
      POSTGRES_PASSWORD_FILE: PASSWORD_FILE,
      PGDATA: `${DATABASE_DATA}/pgdata`,
    },
    files: [{ path: PASSWORD_FILE, content: secrets['database-password'], secret: true }],
    data: { path: DATABASE_DATA, size: '50Gi' },
    ports: [{ name: 'postgres', port: DATABASE_PORT, audience: 'own' }],
    health: { kind: 'command', command },
    healthCommand: command,
    resources: { cpu: { request: '250m', limit: '2' }, memory: { request: '256Mi', limit: '1Gi' } },
    uid: POSTGRES_UID,
    after: [],
    reaches: [],
    companions: [],
  };
}
