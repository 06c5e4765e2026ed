import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MIGRATION_NAMES } from '../database/open-database.ts';
import { BackupError } from './backup-error.ts';
import { checkSums, sha256Of, writeSums } from './checked-folder.ts';
import type { DumpedTables } from './table-dump.ts';

const DATA_MANIFEST = 'gateway-backup.json';
const KEYS_MANIFEST = 'gateway-keys.json';
/** Below the folder of data: sealed tables, and ciphertext by CID. */
export const DATABASE_FOLDER = 'database';
export const CONTENT_FOLDER = 'content';
/** Below the folder of keys: what the gateway's own key folder has. */
export const KEYS_FOLDER = 'keys';

/** `gateway-backup.json`. */
export type GatewayBackup = Readonly<{
  version: 1;
  backupId: string;
  mspId: string;
  takenAt: string;
  /** Last migration of the database. */
  migration: string;
  tables: DumpedTables['rows'];
  checkpoint: DumpedTables['checkpoint'] | null;
  content: Readonly<{ files: number; bytes: number }>;
}>;

type SealedBy<T> = T & Readonly<{ sums: string }>;
/** `gateway-keys.json`: to which data these keys belong, down to the byte. */
type KeysManifest = SealedBy<Readonly<{ version: 1; backupId: string; data: string }>>;

export type BackupPlace = Readonly<{
  /** Folder of sealed tables and ciphertext; it holds no key. */
  directory: string;
  /** Folder of the gateway's keys: keep it apart from the other, under its own lock. */
  keysDirectory: string;
}>;

/** Closes a backup: sums of all files, and what each half says of the other. */
export async function writeManifests({ directory, keysDirectory }: BackupPlace, backup: GatewayBackup): Promise<void> {
  const { backupId } = backup;
  const dataFile = path.join(directory, DATA_MANIFEST);
  await writeJson(dataFile, { ...backup, sums: await writeSums(directory) });
  const data = await sha256Of(dataFile);
  await writeJson(path.join(keysDirectory, KEYS_MANIFEST), {
    version: 1,
    backupId,
    data,
    sums: await writeSums(path.join(keysDirectory, KEYS_FOLDER)),
  } satisfies KeysManifest);
}

/**
 * Reads a backup and holds every file of it to what was saved.
 *
 * @throws BackupError `MQ_BACKUP_DAMAGED` naming the file, `MQ_BACKUP_NEWER`
 */
export async function readBackup({ directory, keysDirectory }: BackupPlace): Promise<GatewayBackup> {
  const keysFile = path.join(keysDirectory, KEYS_MANIFEST);
  const dataFile = path.join(directory, DATA_MANIFEST);
  const keys = await readJson<KeysManifest>(keysFile);
  const backup = await readJson<SealedBy<GatewayBackup>>(dataFile);
  if (backup.version !== 1 || !MIGRATION_NAMES.includes(backup.migration)) {
    throw new BackupError(
      'MQ_BACKUP_NEWER',
      `the backup has database version ${backup.migration}, this program knows ${MIGRATION_NAMES.at(-1)}: update it first`,
    );
  }
  if (keys.backupId !== backup.backupId)
    throw new BackupError(
      'MQ_BACKUP_DAMAGED',
      `${keysFile} is of another backup than ${dataFile}; give the two together`,
    );
  if (keys.data !== (await sha256Of(dataFile)))
    throw new BackupError('MQ_BACKUP_DAMAGED', `${dataFile} is not as it was saved; use another backup`);
  await checkSums(path.join(keysDirectory, KEYS_FOLDER), keys.sums);
  await checkSums(directory, backup.sums, [DATA_MANIFEST]);
  return backup;
}

async function readJson<T>(file: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (cause) {
    throw new BackupError('MQ_BACKUP_DAMAGED', `${file} cannot be read: this is no backup of a gateway`, { cause });
  }
}

function writeJson(file: string, value: unknown): Promise<void> {
  return writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
}
