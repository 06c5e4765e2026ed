import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type ConnectionFile, connectionFile, keepConnection } from '../connection/connection-file.ts';
import { chaincodeVariables } from '../fabric/chaincode-variables.ts';
import { FabricMaterial, type NodeMaterial } from '../fabric/fabric-material.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import type { TlsLayout } from '../pki/material-layout.ts';
import { bringUp } from '../supervisor/bring-up.ts';
import type { ProcessSpec, ProcessStatus } from '../supervisor/supervised-process.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { organizationView } from '../topology/organization-view.ts';
import type { Topology, TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import type { Engine, EngineName } from './engine.ts';

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

/** Processes of the consortium's own application: the supervisor adds nothing to them but logs and restarts. */
export type OrganizationProcesses = Readonly<{
  /** Undefined for a chaincode whose processes are started by somebody else. */
  chaincode?(place: ChaincodePlace): ProcessSpec | undefined;
  /** Asked for organisations that run one: those with a `gatewayPort`. */
  application?(place: ApplicationPlace): ProcessSpec;
  /** Ends what these processes stand on, after they have ended. */
  close?(): Promise<void>;
}>;

export type ConsortiumOptions = Readonly<{
  engine: EngineName;
  topology: Topology;
  /** Ledgers and logs of everything on this machine. */
  directory: string;
  /** Keys and certificates; `keys` in the directory unless told otherwise. */
  materialDirectory?: string;
  /** Do peers reach chaincode processes by TLS? Those that somebody else starts are told so. Default: without. */
  chaincodeTls?: boolean;
  /** Called once the directory is held and keys are there. Without it the network is hosted alone. */
  processes?(): Promise<OrganizationProcesses>;
  makeEngine(context: EngineContext): Promise<Engine>;
  /** One line a step, for people. */
  report(line: string): void;
  /** Aborted when people want it to stop before it has come up. */
  signal?: AbortSignal;
}>;
export type EngineContext = Readonly<{
  topology: Topology;
  materialDirectory: string;
  /** An engine keeps its things in `network/` of it. */
  dataDirectory: string;
  supervisor: Supervisor;
  report(line: string): void;
  /** Aborted when it is to stop before it has come up: nothing is waited for any more. */
  signal: AbortSignal | undefined;
}>;

export type RunningConsortium = Readonly<{
  connection: ConnectionFile;
  status(): readonly ProcessStatus[];
  /** Stops everything in reverse order. */
  close(): Promise<void>;
}>;

/** Where the keys of a data folder are unless told otherwise. */
export const materialDirectoryOf = (directory: string) => path.join(directory, 'keys');
/** Where organisations' application processes keep their data, each in a folder of its own. */
export const ORGANIZATIONS_FOLDER = 'organizations';

/**
 * Brings up a consortium on this machine: keys where they are missing, the network, a chaincode process per organisation, an application process
 * per organisation. Run again on the same directory it finds its data. Where a step fails, what was started is stopped.
 * @throws whatever a step throws, coded and with what to do; SupervisorError `MQ_INTERRUPTED` when the signal is given before everything is up
 */
export async function runConsortium(options: ConsortiumOptions): Promise<RunningConsortium> {
  const { topology, directory, report, makeEngine, signal } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const supervisor = await Supervisor.open({ directory, report });
  // Before the folder is given up: what stands there later is another run's.
  supervisor.atClose(() => keepConnection(directory, undefined));
  const close = () => supervisor.close();
  const start = async () => {
    await keepConnection(directory, undefined);
    const materialDirectory = options.materialDirectory ?? materialDirectoryOf(directory);
    const { created } = await generateMaterial(topology, materialDirectory);
    if (created.length > 0)
      report(`made ${created.length} development certificates of ${topology.organizations.length} organisations`);
    const processes = (await options.processes?.()) ?? {};
    if (processes.close !== undefined) supervisor.atClose(processes.close);
    const context: Start = {
      options,
      processes,
      supervisor,
      material: new FabricMaterial(topology, materialDirectory),
    };
    const engine = await makeEngine({
      topology,
      materialDirectory,
      dataDirectory: directory,
      supervisor,
      report,
      signal,
    });
    await Promise.all([engine.start(), startChaincodes(context, engine)]);
    await engine.deploy();
    await startApplications(context);
    const connection = connectionFile(topology, materialDirectory, { engine: options.engine, endpoints: new Map() });
    signal?.throwIfAborted();
    await keepConnection(directory, connection);
    return { connection, status: () => supervisor.status(), close };
  };
  return bringUp({ signal, start, close });
}

type Start = Readonly<{
  options: ConsortiumOptions;
  processes: OrganizationProcesses;
  supervisor: Supervisor;
  material: FabricMaterial;
}>;

async function startChaincodes(start: Start, engine: Engine): Promise<void> {
  const { topology, report } = start.options;
  const places = topology.chaincodes.flatMap((chaincode) =>
    topology.organizations.flatMap((organization): ChaincodePlace[] => {
      const address = chaincode.addresses[organization.mspId];
      const packageId = engine.packageId(chaincode.name, organization.mspId);
      if (address === undefined || packageId === undefined) return [];
      const tls = start.material.chaincode(organization.mspId, chaincode.name);
      return [{ organization, chaincode, packageId, address, tls }];
    }),
  );
  const specs = places.flatMap((place) => {
    const spec = start.processes.chaincode?.(place);
    if (spec !== undefined) return [spec];
    const tls = start.options.chaincodeTls ? place.tls : undefined;
    report(`chaincode of ${place.organization.mspId}: ${chaincodeVariables({ ...place, tls })}`);
    return [];
  });
  await Promise.all(specs.map((spec) => start.supervisor.start(spec)));
}

async function startApplications({ options, processes, supervisor, material }: Start): Promise<void> {
  const { topology, directory, report } = options;
  const { application } = processes;
  if (application === undefined) return;
  report('chaincode answers; starting the applications of the organisations');
  const tlsRoots = Object.fromEntries(topology.organizations.map(({ mspId }) => [mspId, material.tlsRoot(mspId)]));
  const running = topology.organizations.filter(({ gatewayPort }) => gatewayPort !== undefined);
  const places = running.map((organization): ApplicationPlace => {
    const { mspId, name, clients } = organization;
    const { endpoint, serverName } = organizationView(topology, mspId);
    const own = path.join(directory, ORGANIZATIONS_FOLDER, name);
    mkdirSync(own, { recursive: true, mode: 0o700 });
    const client = material.user(mspId, clients[0]?.name ?? '');
    return { organization, endpoint, serverName, tlsRoot: material.tlsRoot(mspId), tlsRoots, client, directory: own };
  });
  await Promise.all(places.map((place) => supervisor.start(application(place))));
}
