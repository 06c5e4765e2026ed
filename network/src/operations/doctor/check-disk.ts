import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import path from 'node:path';
import { type Finding, ok, problem, warning } from './finding.ts';

const GIGABYTE = 1_000_000_000;
/** Ledgers only grow; below the first an operator should act soon, below the second nodes stop within hours. */
const WARN_BELOW_BYTES = 10 * GIGABYTE;
const REFUSE_BELOW_BYTES = 2 * GIGABYTE;

/** Room for ledgers, and the right to write. */
export async function checkDisk(directory: string): Promise<Finding> {
  let existing = path.resolve(directory);
  while (!existsSync(existing)) existing = path.dirname(existing);
  try {
    await access(existing, constants.W_OK);
  } catch {
    return problem(
      'disk',
      existing,
      'cannot be written',
      'give the account that runs the nodes the right to, or use --data',
    );
  }
  const { bavail, bsize } = await statfs(existing);
  return judgeRoom(existing, bavail * bsize);
}

export function judgeRoom(place: string, freeBytes: number): Finding {
  const detail = `${(freeBytes / GIGABYTE).toFixed(1)} GB are free`;
  const cure = 'free room, or move the data folder to a larger disk';
  if (freeBytes < REFUSE_BELOW_BYTES) return problem('disk', place, detail, cure);
  return freeBytes < WARN_BELOW_BYTES ? warning('disk', place, detail, cure) : ok('disk', place, detail);
}
