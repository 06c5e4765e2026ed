import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BackupError } from './backup-error.ts';

/** In the form of `sha256sum`, which can check it without us. */
export const SUMS_FILE = 'SHA256SUMS';

/** SHA-256 of a file, lower-case hex. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Writes the sums of every file of a folder. @returns SHA-256 of the list itself */
export async function writeSums(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of await filesIn(folder)) lines.push(`${await sha256Of(path.join(folder, name))}  ${name}\n`);
  const file = path.join(folder, SUMS_FILE);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  return sha256Of(file);
}

/**
 * Holds every file of a folder to its sum.
 *
 * @param expected SHA-256 of the list of sums
 * @param apart files of the folder that something else vouches for
 * @throws BackupError `MQ_BACKUP_DAMAGED` naming the first file that is missing, changed or not of the backup
 */
export async function checkSums(folder: string, expected: string, apart: readonly string[] = []): Promise<void> {
  const list = path.join(folder, SUMS_FILE);
  const text = await readFile(list, 'utf8').catch((cause) => {
    throw new BackupError('MQ_BACKUP_DAMAGED', `${list} cannot be read; use another backup`, { cause });
  });
  if ((await sha256Of(list)) !== expected) throw damaged(list);
  const sums = new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const found = new Set((await filesIn(folder)).filter((name) => name !== SUMS_FILE && !apart.includes(name)));
  for (const name of new Set([...sums.keys(), ...found])) {
    const file = path.join(folder, name);
    const isWhole = sums.has(name) && found.has(name) && (await sha256Of(file)) === sums.get(name);
    if (!isWhole) throw damaged(file);
  }
}

/** @throws BackupError `MQ_RESTORE_NOT_EMPTY` */
export async function refuseUnlessEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0) {
    throw new BackupError('MQ_RESTORE_NOT_EMPTY', `${folder} is not empty; give a folder that is empty or not there`);
  }
}

/** Relative paths of all files below a folder, with `/`, sorted. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

function damaged(file: string): BackupError {
  return new BackupError('MQ_BACKUP_DAMAGED', `${file} is not as it was saved; use another backup`);
}
