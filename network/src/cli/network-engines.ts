import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { RunningNetwork } from '../connection/connection-file.ts';
import type { CutMode } from '../embedded/orderer/orderer.ts';
import { runEmbedded } from '../embedded/run-embedded.ts';
import { requireFabricBinaries } from '../fabric/fabric-binaries.ts';
import { FabricNetwork } from '../fabric/start-fabric-network.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { SupervisorError } from '../supervisor/supervisor-error.ts';
import type { Output } from './command.ts';
import { runFileOf } from './network-state.ts';
import { PROJECT_DIRECTORY } from './project-directory.ts';
import type { NetworkPlace } from './topology-option.ts';
import { type LogFormat, transactionLog } from './transaction-log.ts';

export type UpOptions = NetworkPlace & Readonly<{ report(line: string): void; reset: boolean }>;
export type UpRun = Readonly<{ running: RunningNetwork; close(): Promise<void> }>;

/** Chaincode processes often start after the network; the endpoints are told without waiting for them. */
const CHAINCODE_WAIT_MS = 500;

/** The embedded network in this process, under a claim on its data folder. */
export async function startEmbedded(
  { topology, materialDirectory, dataDirectory, report, reset }: UpOptions,
  { log, cutting, stderr }: Readonly<{ log: LogFormat; cutting: CutMode; stderr: Output }>,
): Promise<UpRun> {
  const runFile = runFileOf(dataDirectory);
  const holder = runFile.read();
  if (holder?.supervisorAlive) {
    const { pid } = holder.supervisor;
    throw new SupervisorError('MQ_ALREADY_RUNNING', `process ${pid} runs ${dataDirectory} already; stop it first`);
  }
  runFile.claim();
  try {
    if (reset) await rm(path.join(dataDirectory, 'ledger'), { recursive: true, force: true });
    const options = {
      topology,
      materialDirectory,
      dataDirectory,
      report,
      cutting,
      log: transactionLog(log, stderr),
      chaincodeWaitMs: CHAINCODE_WAIT_MS,
    };
    const { running, close } = await runEmbedded(options);
    return {
      running,
      async close() {
        await close();
        runFile.release();
      },
    };
  } catch (error) {
    runFile.release();
    throw error;
  }
}

/** Fabric's own programs, supervised by this process. */
export async function startFabric(
  { topology, materialDirectory, dataDirectory, report, reset }: UpOptions,
  chaincodeTls: 'mutual' | 'none',
): Promise<UpRun> {
  const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
  const binaries = await requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIRECTORY });
  const supervisor = await Supervisor.open({ directory: dataDirectory, report });
  try {
    const directory = path.join(dataDirectory, 'network');
    if (reset) await rm(directory, { recursive: true, force: true });
    const options = { topology, materialDirectory, directory, binaries, supervisor, report, chaincodeTls };
    const network = await FabricNetwork.prepare(options);
    for (const { name, addresses } of topology.chaincodes) {
      for (const [mspId, address] of Object.entries(addresses)) {
        report(
          `chaincode of ${mspId}: CHAINCODE_SERVER_ADDRESS=${address} CHAINCODE_ID=${network.packageId(name, mspId)}`,
        );
      }
    }
    await network.start();
    await network.deploy();
  } catch (error) {
    await supervisor.close();
    throw error;
  }
  return { running: { engine: 'fabric', endpoints: new Map() }, close: () => supervisor.close() };
}
