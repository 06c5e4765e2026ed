import path from 'node:path';
import { PROJECT_DIRECTORY } from '../cli/project-directory.ts';
import { requireFabricBinaries } from '../fabric/fabric-binaries.ts';
import { FabricNetwork } from '../fabric/start-fabric-network.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import { freePorts } from '../supervisor/free-ports.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import type { Topology, TopologyOrderer, TopologyPeer } from '../topology/topology.ts';
import type { NetworkUnderTest, NetworkUnderTestOptions } from './network-under-test.ts';
import { untilEndorsed } from './until-endorsed.ts';

/** Nobody reads these ledgers again: nodes end at once. */
const STOP_GRACE_MS = 0;

/** Hyperledger Fabric's own programs on free ports, a chaincode process for every organisation. */
export async function startFabricUnderTest(options: NetworkUnderTestOptions): Promise<NetworkUnderTest> {
  const { directory, startChaincode } = options;
  const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
  const binaries = requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIRECTORY });
  const topology = await onFreePorts(options.topology);
  const materialDirectory = path.join(directory, 'keys');
  await generateMaterial(topology, materialDirectory);
  const supervisor = await Supervisor.open({ directory, report: () => {}, stopGraceMs: STOP_GRACE_MS });
  // The nodes are no children of a process that is killed: a test run that dies takes them along.
  const killAll = () => {
    for (const { pid } of supervisor.status()) if (pid !== undefined) process.kill(pid, 'SIGKILL');
  };
  process.once('exit', killAll);
  const close = async () => {
    await supervisor.close();
    process.removeListener('exit', killAll);
  };
  try {
    const network = await FabricNetwork.prepare({
      topology,
      materialDirectory,
      directory: path.join(directory, 'network'),
      binaries,
      supervisor,
      report: () => {},
      chaincodeTls: 'none',
    });
    const processes = topology.chaincodes.flatMap(({ name, addresses }) =>
      Object.entries(addresses).map(([mspId, address]) => {
        const [host = '', port] = address.split(':');
        const chaincodeId = network.packageId(name, mspId) ?? '';
        return startChaincode({ chaincode: name, chaincodeId, mspIds: [mspId], host, port: Number(port) });
      }),
    );
    await Promise.all([network.start(), ...processes]);
    await network.deploy();
    await untilEndorsed(topology, materialDirectory, options.harmlessCall);
  } catch (error) {
    await close();
    throw error;
  }
  const endpointOf = (wanted: string) => {
    const found = topology.organizations.find(({ mspId }) => mspId === wanted);
    if (found === undefined) throw new Error(`no organisation ${wanted}`);
    return `${found.host}:${found.peers[0].port}`;
  };
  return { engine: 'fabric', topology, materialDirectory, endpointOf, close };
}

const NODE_PORTS = 3;

async function onFreePorts(topology: Topology): Promise<Topology> {
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
