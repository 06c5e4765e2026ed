import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { FabricMaterial, type NodeMaterial } from '../fabric/fabric-material.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import type { TlsLayout } from '../pki/material-layout.ts';
import type { ProcessSpec, ProcessStatus } from '../supervisor/supervised-process.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { organizationView } from '../topology/organization-view.ts';
import type { Topology, TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import type { Engine } from './engine.ts';

/** Where an organisation's process of a chaincode is to listen, and as whom. */
export type ChaincodePlace = Readonly<{
  organization: TopologyOrganization;
  chaincode: TopologyChaincode;
  packageId: string;
  /** `host:port` */
  address: string;
  tls: TlsLayout;
}>;

/** What an organisation's own application process (its gateway) is given. */
export type ApplicationPlace = Readonly<{
  organization: TopologyOrganization;
  /** Its peer's gateway service, `host:port`, and the name in that peer's TLS certificate. */
  endpoint: string;
  serverName: string;
  /** TLS root of the organisation's peer. */
  tlsRoot: string;
  /** MSP id to PEM file: the TLS roots of everybody. */
  tlsRoots: Readonly<Record<string, string>>;
  /** Identity and TLS certificate of the organisation's first client. */
  client: NodeMaterial;
  directory: string;
}>;

/** A process of the consortium's own application: the supervisor adds nothing to it but logs and restarts. */
export type OrganizationProcesses = Readonly<{
  chaincode(place: ChaincodePlace): ProcessSpec;
  application?(place: ApplicationPlace): ProcessSpec;
}>;

export type ConsortiumOptions = Readonly<{
  topology: Topology;
  /** Keys, ledgers, logs of everything on this machine. */
  directory: string;
  processes: OrganizationProcesses;
  makeEngine(context: EngineContext): Promise<Engine>;
  /** One line a step, for people. */
  report(line: string): void;
}>;
export type EngineContext = Readonly<{
  topology: Topology;
  materialDirectory: string;
  directory: string;
  supervisor: Supervisor;
  report(line: string): void;
}>;

export type RunningConsortium = Readonly<{
  status(): readonly ProcessStatus[];
  /** Stops everything in reverse order. */
  close(): Promise<void>;
}>;

/**
 * Brings up a consortium on this machine: keys where they are missing, the network, a chaincode process per organisation, an application process
 * per organisation. Run again on the same directory it finds its data. Where a step fails, what was started is stopped.
 * @throws whatever a step throws, coded and with what to do
 */
export async function runConsortium(options: ConsortiumOptions): Promise<RunningConsortium> {
  const { topology, directory, report, makeEngine } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const supervisor = await Supervisor.open({ directory, report });
  try {
    const materialDirectory = path.join(directory, 'keys');
    const { created } = await generateMaterial(topology, materialDirectory);
    if (created.length > 0)
      report(`made ${created.length} development certificates of ${topology.organizations.length} organisations`);
    const material = new FabricMaterial(topology, materialDirectory);
    const engine = await makeEngine({
      topology,
      materialDirectory,
      directory: path.join(directory, 'network'),
      supervisor,
      report,
    });
    await Promise.all([engine.start(), startChaincodes(options, supervisor, engine, material)]);
    await engine.deploy();
    report('chaincode answers; starting the gateways');
    await startApplications(options, supervisor, material);
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  return { status: () => supervisor.status(), close: () => supervisor.close() };
}

async function startChaincodes(
  { topology, processes }: ConsortiumOptions,
  supervisor: Supervisor,
  engine: Engine,
  material: FabricMaterial,
): Promise<void> {
  const places = topology.chaincodes.flatMap((chaincode) =>
    topology.organizations.flatMap((organization): ChaincodePlace[] => {
      const address = chaincode.addresses[organization.mspId];
      const packageId = engine.packageId(chaincode.name, organization.mspId);
      if (address === undefined || packageId === undefined) return [];
      return [
        { organization, chaincode, packageId, address, tls: material.chaincode(organization.mspId, chaincode.name) },
      ];
    }),
  );
  await Promise.all(places.map((place) => supervisor.start(processes.chaincode(place))));
}

async function startApplications(
  { topology, processes, directory }: ConsortiumOptions,
  supervisor: Supervisor,
  material: FabricMaterial,
): Promise<void> {
  const { application } = processes;
  if (application === undefined) return;
  const tlsRoots = Object.fromEntries(topology.organizations.map(({ mspId }) => [mspId, material.tlsRoot(mspId)]));
  const places = topology.organizations.map((organization): ApplicationPlace => {
    const { mspId, name, clients } = organization;
    const { endpoint, serverName } = organizationView(topology, mspId);
    const own = path.join(directory, 'organizations', name);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const client = material.user(mspId, clients[0]?.name ?? '');
    return { organization, endpoint, serverName, tlsRoot: material.tlsRoot(mspId), tlsRoots, client, directory: own };
  });
  await Promise.all(places.map((place) => supervisor.start(application(place))));
}
