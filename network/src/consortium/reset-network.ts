import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beginReset, endReset, foreign, isDataFolder, OPERATIONS_FOLDER } from '../supervisor/data-folder.ts';
import { runFileOf } from '../supervisor/run-file.ts';
import { refuseHeld, Supervisor } from '../supervisor/supervisor.ts';
import type { HostedApplication } from './hosted-application.ts';
import { materialDirectoryOf, ORGANIZATIONS_FOLDER } from './run-consortium.ts';

/**
 * What a data folder holds of a ledger, on either engine, what organisations' processes made of it and what operations work with. Named one by one: a folder that is no
 * data folder may well have a `network` of its own.
 */
const LEDGER_FOLDERS = [
  'ledger',
  ...['ledger', 'channel', 'builder', 'chaincodes', 'orderers', 'peers'].map((name) => path.join('network', name)),
  ORGANIZATIONS_FOLDER,
  OPERATIONS_FOLDER,
];

export type ResetOptions = Readonly<{
  /** The network's data folder. */
  directory: string;
  application?: HostedApplication | undefined;
  /** Delete keys and certificates as well; the next start makes new ones. */
  keysToo: boolean;
  /** Only say what would be deleted. */
  dryRun: boolean;
  report(line: string): void;
}>;

/**
 * Deletes the ledgers of a network that does not run, and all that follows from them; what a killed supervisor left running is ended first.
 * Cut short, or failed on the way, it keeps everything from starting in the directory until it is repeated (`MQ_RESET_UNFINISHED`).
 * Returns the folders, none where there is nothing.
 * @throws SupervisorError `MQ_ALREADY_RUNNING` when a living supervisor holds the directory, `MQ_NOT_A_DATA_FOLDER` where it has such folders and
 * nothing shows that they are of a network
 */
export async function resetNetwork(options: ResetOptions): Promise<readonly string[]> {
  const { directory, application, keysToo, dryRun, report } = options;
  const folders = LEDGER_FOLDERS.map((folder) => path.join(directory, folder));
  if (keysToo) folders.push(materialDirectoryOf(directory));
  const remove = async (onlySay: boolean) => {
    const found = folders.filter((folder) => existsSync(folder));
    if (!onlySay) for (const folder of found) rmSync(folder, { recursive: true, force: true });
    return [...found, ...((await application?.reset(directory, { dryRun: onlySay })) ?? [])];
  };
  refuseHeld(runFileOf(directory), directory);
  const isOurs = isDataFolder(directory);
  if (dryRun || !isOurs) {
    const found = await remove(true);
    if (found.length > 0 && !isOurs) throw foreign(directory);
    return found;
  }
  const supervisor = await Supervisor.open({ directory, report, toReset: true });
  try {
    beginReset(directory);
    const removed = await remove(false);
    endReset(directory);
    return removed;
  } finally {
    await supervisor.close();
  }
}
