import { FabricMaterial } from '../fabric/fabric-material.ts';
import { NODE_LOGGING } from '../fabric/node-logging.ts';
import { renderCore } from '../fabric/render-core.ts';
import { renderOrderer } from '../fabric/render-orderer.ts';
import type { Topology, TopologyOrderer, TopologyOrganization, TopologyPeer } from '../topology/topology.ts';
import { type ContainerUnit, MOUNT_ROOT, type UnitFile } from './container-unit.ts';
import { IMAGES } from './images.ts';
import { KEYS_ROOT, materialFiles } from './unit-files.ts';

const DATA = '/var/hyperledger/production';
/** External builder for chaincodes as a service that comes with the official peer image. */
const IMAGE_BUILDER = '/opt/hyperledger/ccaas_builder';
const RESOURCES = {
  cpu: { request: '250m', limit: '2' },
  memory: { request: '512Mi', limit: '2Gi' },
} as const;
/** Any but root: the programs need no privilege, and data folders are given to this group. */
const UID = 1000;

export type UnitContext = Readonly<{
  topology: Topology;
  materialDirectory: string;
  publicFiles: readonly UnitFile[];
  applicationImage: string;
}>;

/** A peer, with its organisation's chaincode processes beside it. */
export async function peerUnit(
  { topology, materialDirectory, publicFiles }: UnitContext,
  organization: TopologyOrganization,
  peer: TopologyPeer,
  companions: readonly ContainerUnit[],
): Promise<ContainerUnit> {
  const material = new FabricMaterial(topology, KEYS_ROOT);
  const place = {
    organization,
    peer,
    dataDirectory: DATA,
    builderDirectory: IMAGE_BUILDER,
  };
  const folder = `${MOUNT_ROOT}/${peer.name}`;
  const core = { path: `${folder}/core.yaml`, content: renderCore(place, material), secret: false };
  return {
    name: peer.name,
    role: 'peer',
    image: IMAGES.peer,
    command: ['peer', 'node', 'start'],
    env: {
      FABRIC_CFG_PATH: folder,
      ...NODE_LOGGING,
      // The topology's address is the machine's; a container listens on its own.
      CORE_PEER_LISTENADDRESS: `0.0.0.0:${peer.port}`,
      CORE_PEER_CHAINCODELISTENADDRESS: `127.0.0.1:${peer.chaincodePort}`,
      CORE_OPERATIONS_LISTENADDRESS: `0.0.0.0:${peer.operationsPort}`,
    },
    files: [
      core,
      ...publicFiles,
      ...(await materialFiles(materialDirectory, `${organization.name}/private/peers/${peer.name}`)),
    ],
    data: { path: DATA, size: '50Gi' },
    ports: [
      { name: 'grpc', port: peer.port, audience: 'world' },
      { name: 'operations', port: peer.operationsPort, audience: 'monitoring' },
    ],
    ...operationsHealth(peer.operationsPort, peer.port),
    resources: RESOURCES,
    uid: UID,
    after: [],
    companions,
  };
}

/** An orderer that this organisation runs. */
export async function ordererUnit(
  { topology, materialDirectory, publicFiles }: UnitContext,
  node: TopologyOrderer,
): Promise<ContainerUnit> {
  const material = new FabricMaterial(topology, KEYS_ROOT);
  const folder = `${MOUNT_ROOT}/${node.name}`;
  const content = renderOrderer(topology, node, material, DATA);
  const own = await materialFiles(materialDirectory, `${topology.orderers.name}/private/orderers/${node.name}`);
  return {
    name: node.name,
    role: 'orderer',
    image: IMAGES.orderer,
    command: ['orderer'],
    env: {
      FABRIC_CFG_PATH: folder,
      ...NODE_LOGGING,
      ORDERER_GENERAL_LISTENADDRESS: '0.0.0.0',
      ORDERER_ADMIN_LISTENADDRESS: `0.0.0.0:${node.adminPort}`,
      ORDERER_OPERATIONS_LISTENADDRESS: `0.0.0.0:${node.operationsPort}`,
    },
    files: [{ path: `${folder}/orderer.yaml`, content, secret: false }, ...publicFiles, ...own],
    data: { path: DATA, size: '50Gi' },
    ports: [
      { name: 'grpc', port: node.port, audience: 'world' },
      { name: 'admin', port: node.adminPort, audience: 'own' },
      { name: 'operations', port: node.operationsPort, audience: 'monitoring' },
    ],
    ...operationsHealth(node.operationsPort, node.port),
    resources: RESOURCES,
    uid: UID,
    after: [],
    companions: [],
  };
}

/** The official images have a shell and no HTTP client. */
function operationsHealth(port: number, servingPort: number): Pick<ContainerUnit, 'health' | 'healthCommand'> {
  const ask = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q ' 200 ' <&3`;
  return {
    health: { kind: 'http', port, livePath: '/healthz', ready: { port: servingPort } },
    healthCommand: ['bash', '-c', ask],
  };
}
