import path from 'node:path';
import { PROJECT_DIRECTORY } from '../cli/project-directory.ts';
import { requireFabricBinaries } from '../fabric/fabric-binaries.ts';
import { peerProcessName } from '../fabric/node-processes.ts';
import { FabricNetwork } from '../operations/fabric-network.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import type { ProcessSpec } from '../supervisor/supervised-process.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import type { NetworkUnderTest, NetworkUnderTestOptions } from './network-under-test.ts';
import { onFreePorts } from './on-free-ports.ts';

/** Nobody reads these ledgers again: nodes end at once. */
const STOP_GRACE_MS = 0;

/** Hyperledger Fabric's own programs on free ports, a chaincode process for every organisation. */
export async function startFabricUnderTest(options: NetworkUnderTestOptions): Promise<NetworkUnderTest> {
  const { directory, startChaincode } = options;
  const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
  const binaries = await requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIRECTORY });
  const topology = await onFreePorts(options.topology);
  const materialDirectory = path.join(directory, 'keys');
  await generateMaterial(topology, materialDirectory);
  const supervisor = await Supervisor.open({ directory, report: () => {}, stopGraceMs: STOP_GRACE_MS });
  const specs = new Map<string, ProcessSpec>();
  const start = (spec: ProcessSpec) => {
    specs.set(spec.name, spec);
    return supervisor.start(spec);
  };
  try {
    const network = await FabricNetwork.prepare({
      topology,
      materialDirectory,
      dataDirectory: directory,
      binaries,
      supervisor: { start },
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
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  const organizationOf = (wanted: string) => {
    const found = topology.organizations.find(({ mspId }) => mspId === wanted);
    if (found === undefined) throw new Error(`no organisation ${wanted}`);
    return found;
  };
  return {
    engine: 'fabric',
    topology,
    materialDirectory,
    endpointOf(mspId) {
      const { host, peers } = organizationOf(mspId);
      return `${host}:${peers[0].port}`;
    },
    async stopPeer(mspId) {
      const organization = organizationOf(mspId);
      await supervisor.stop(peerProcessName(organization, organization.peers[0]));
    },
    async startPeer(mspId) {
      const organization = organizationOf(mspId);
      const spec = specs.get(peerProcessName(organization, organization.peers[0]));
      if (spec !== undefined) await supervisor.start(spec);
    },
    close: () => supervisor.close(),
  };
}
