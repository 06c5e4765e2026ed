import { type ConnectionFile, connectionFile, keepConnection } from '../connection/connection-file.ts';
import type { HostedApplication } from '../consortium/hosted-application.ts';
import { runConsortium } from '../consortium/run-consortium.ts';
import type { CutMode } from '../embedded/orderer/orderer.ts';
import { runEmbedded } from '../embedded/run-embedded.ts';
import { requireFabricBinaries } from '../fabric/fabric-binaries.ts';
import { FabricNetwork } from '../operations/fabric-network.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import type { Output } from './command.ts';
import { PROJECT_DIRECTORY } from './project-directory.ts';
import type { NetworkPlace } from './topology-option.ts';
import { type LogFormat, transactionLog } from './transaction-log.ts';

export type UpOptions = NetworkPlace & Readonly<{ report(line: string): void }>;
export type UpRun = Readonly<{ connection: ConnectionFile; close(): Promise<void> }>;

/** Chaincode processes often start after the network; the endpoints are told without waiting for them. */
const CHAINCODE_WAIT_MS = 500;

/** The embedded network in this process, under a claim on its data folder. */
export async function startEmbedded(
  { topology, materialDirectory, dataDirectory, report }: UpOptions,
  { log, cutting, stderr }: Readonly<{ log: LogFormat; cutting: CutMode; stderr: Output }>,
): Promise<UpRun> {
  const claim = await Supervisor.open({ directory: dataDirectory, report });
  try {
    await keepConnection(dataDirectory, undefined);
    const { created } = await generateMaterial(topology, materialDirectory);
    if (created.length > 0) report(`made ${created.length} development certificates in ${materialDirectory}`);
    const { running, close } = await runEmbedded({
      topology,
      materialDirectory,
      dataDirectory,
      report,
      cutting,
      log: transactionLog(log, stderr),
      chaincodeWaitMs: CHAINCODE_WAIT_MS,
    });
    claim.atClose(close);
    claim.atClose(() => keepConnection(dataDirectory, undefined));
    const connection = connectionFile(topology, materialDirectory, running);
    await keepConnection(dataDirectory, connection);
    return { connection, close: () => claim.close() };
  } catch (error) {
    await claim.close();
    throw error;
  }
}

/** Fabric's own programs, supervised by this process, with the processes of an application where one is given. */
export async function startFabric(
  { topology, materialDirectory, dataDirectory, report }: UpOptions,
  {
    chaincodeTls,
    application,
    signal,
  }: Readonly<{ chaincodeTls: boolean; application: HostedApplication | undefined; signal: AbortSignal }>,
): Promise<UpRun> {
  const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
  const binaries = await requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIRECTORY });
  const context = { topology, directory: dataDirectory, materialDirectory, chaincodeTls, report };
  return runConsortium({
    ...context,
    engine: 'fabric',
    signal,
    ...(application === undefined ? {} : { processes: () => application.processes(context) }),
    makeEngine: (engineContext) =>
      FabricNetwork.prepare({ ...engineContext, binaries, chaincodeTls: chaincodeTls ? 'mutual' : 'none' }),
  });
}
