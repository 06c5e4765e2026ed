import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { OperationError } from '../operation-error.ts';

/** SHA-256 of files, lower-case hex, by path with `/` relative to their folder. */
export type FileSums = Readonly<Record<string, string>>;

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Sums of all files of a folder, or of those in some folders below it; none where there is no folder. */
export async function sumsOf(folder: string, parts: readonly string[] = ['']): Promise<FileSums> {
  const files: string[] = [];
  for (const part of parts) {
    const place = path.join(folder, part);
    const entries = existsSync(place) ? await readdir(place, { recursive: true, withFileTypes: true }) : [];
    files.push(...entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)));
  }
  const sums: Record<string, string> = {};
  for (const file of files.sort()) sums[path.relative(folder, file).replaceAll(path.sep, '/')] = await sha256Of(file);
  return sums;
}

/**
 * Holds the files of a folder, or of some folders below it, to their sums.
 * @throws OperationError MQ_BACKUP_DAMAGED naming the first file that is missing, changed or not of the backup
 */
export async function checkSums(folder: string, expected: FileSums, parts?: readonly string[]): Promise<void> {
  const found = await sumsOf(folder, parts);
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  for (const name of names) if (found[name] !== expected[name]) throw damaged(path.join(folder, name));
}

export const damaged = (file: string, how = 'is not as it was saved; use another backup', cause?: unknown) =>
  new OperationError('MQ_BACKUP_DAMAGED', `${file} ${how}`, { cause });
