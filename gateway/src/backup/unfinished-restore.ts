import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GatewayError } from '../gateway-error.ts';

/** Stands in a key folder from before a restore has put all of its keys there until the tables are in the database. */
const MARK = 'restore-unfinished';

export const markUnfinished = (keysDir: string) => writeFile(path.join(keysDir, MARK), '', { mode: 0o600 });

export const unmarkUnfinished = (keysDir: string) => rm(path.join(keysDir, MARK), { force: true });

export const isUnfinished = (keysDir: string) => existsSync(path.join(keysDir, MARK));

/** What to do where a restore was cut short. */
export const restoreAgain = (keysDir: string) =>
  `a restore to ${keysDir} is under way or was cut short: where it was, empty this folder and the one of content, and restore again`;

/**
 * A gateway that started on half a restore would make keys that the ledger does not know.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID`
 */
export function refuseUnfinishedRestore(keysDir: string): void {
  if (isUnfinished(keysDir)) throw new GatewayError('MQ_CONFIG_INVALID', restoreAgain(keysDir));
}
