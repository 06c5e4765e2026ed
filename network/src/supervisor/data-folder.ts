import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { namesIn } from './names-in.ts';
import { runFileOf } from './run-file.ts';
import { SupervisorError } from './supervisor-error.ts';

/** Working files of operators' commands, in a data folder. */
export const OPERATIONS_FOLDER = 'operations';

/** Stands in every folder that a supervisor has held. */
const MARKER = 'medquorum-data';
const MARKER_TEXT = 'A network keeps its data in this folder. A reset deletes nothing where this file is missing.\n';
/** Logs that show the same of folders that were made before there was a marker. */
const NODE_LOG = /^(peer|orderer|chaincode-)[^.]*\.[^.]+\.log$/;

/** Stands in a data folder from before a reset deletes anything until it has deleted everything. */
const RESET_MARKER = 'reset-unfinished';
const RESET_MARKER_TEXT = 'A reset of this folder was begun. Nothing starts here until a reset has ended.\n';
const resetMarkerOf = (directory: string) => path.join(directory, RESET_MARKER);

/** Where the processes of a directory log, each in `<name>.log`. */
export const logDirectoryOf = (directory: string) => path.join(directory, 'logs');

export function markDataFolder(directory: string): void {
  const file = path.join(directory, MARKER);
  if (!existsSync(file)) writeFileSync(file, MARKER_TEXT);
}

/** Is there evidence that a network keeps its data there? Folders named `ledger` or `keys` are none: others have them too. */
export function isDataFolder(directory: string): boolean {
  return (
    existsSync(path.join(directory, MARKER)) ||
    runFileOf(directory).read() !== undefined ||
    namesIn(logDirectoryOf(directory)).some((name) => NODE_LOG.test(name))
  );
}

/** @throws SupervisorError `MQ_NOT_A_DATA_FOLDER` where there is something in the directory and it is no data folder */
export function refuseForeign(directory: string): void {
  if (namesIn(directory).length > 0 && !isDataFolder(directory)) throw foreign(directory);
}

export const foreign = (directory: string) =>
  new SupervisorError(
    'MQ_NOT_A_DATA_FOLDER',
    `nothing shows that a network keeps its data in ${directory}, so nothing in it is deleted: check --data; if it is a data folder, start the network there once without a reset, which marks it`,
  );

/** From here on nothing starts in the directory until {@link endReset}: a part of a ledger is worse than none. */
export const beginReset = (directory: string): void => writeFileSync(resetMarkerOf(directory), RESET_MARKER_TEXT);

export const endReset = (directory: string): void => rmSync(resetMarkerOf(directory), { force: true });

/** @throws SupervisorError `MQ_RESET_UNFINISHED` where a reset was cut short */
export function refuseHalfReset(directory: string): void {
  if (!existsSync(resetMarkerOf(directory))) return;
  throw new SupervisorError(
    'MQ_RESET_UNFINISHED',
    `a reset of ${directory} was cut short, and what is left fits nothing: reset it again (network reset --data ${directory} --yes, or the start with --reset)`,
  );
}
