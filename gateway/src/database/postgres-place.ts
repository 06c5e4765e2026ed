import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isReachableBy, type UnixUser } from './unprivileged-user.ts';

/** Where binaries and data go that an unprivileged user must reach although the project lies in a private folder. */
export const PUBLIC_PLACE = '/var/lib/medquorum';
const LOCATION_FILE = 'LOCATION';

export type PostgresPlace = Readonly<{ binDir: string; dataDir: string }>;

/**
 * Binaries and data folder as the server's user can reach them. As root, from a clone under a private home, both are
 * placed under {@link PUBLIC_PLACE}, and `<dir>/LOCATION` says where the data went.
 */
export function placePostgres(
  dir: string,
  native: string,
  user: UnixUser | undefined,
  publicPlace = PUBLIC_PLACE,
): PostgresPlace {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (user === undefined) return { binDir: join(native, 'bin'), dataDir: join(dir, 'data') };
  const reachable = isReachableBy(user, join(native, 'bin', 'postgres'));
  const binDir = join(reachable ? native : copyBinaries(native, publicPlace), 'bin');
  // The folder itself belongs to the server's user; what lies above it must let him through.
  const own = isReachableBy(user, dir) ? dir : join(publicPlace, `postgres-${nameOf(dir)}`);
  if (own !== dir) {
    // A folder that does not know where its data went is a new one: what lies there is of one that was deleted by hand.
    if (!existsSync(join(dir, LOCATION_FILE))) rmSync(own, { recursive: true, force: true });
    mkdirSync(publicPlace, { recursive: true, mode: 0o755 });
  }
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chownSync(own, user.uid, user.gid);
  if (own !== dir) writeFileSync(join(dir, LOCATION_FILE), own);
  return { binDir, dataDir: join(own, 'data') };
}

/** Where the data of a server that was started on this folder lies. */
export function dataDirOf(dir: string): string {
  const location = join(dir, LOCATION_FILE);
  return join(existsSync(location) ? readFileSync(location, 'utf8') : dir, 'data');
}

/** Deletes the data of a server that is not running, wherever it was placed. */
export function removePostgresData(dir: string): void {
  const location = join(dir, LOCATION_FILE);
  if (existsSync(location)) {
    const own = readFileSync(location, 'utf8');
    if (basename(own) === `postgres-${nameOf(dir)}`) rmSync(own, { recursive: true, force: true });
  }
  rmSync(dir, { recursive: true, force: true });
}

function nameOf(dir: string): string {
  return createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 16);
}

function copyBinaries(native: string, publicPlace: string): string {
  const version = (JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }).version;
  const target = join(publicPlace, `postgresql-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(publicPlace, { recursive: true, mode: 0o755 });
  // Copied aside and renamed, so that a copy cut short is never taken for a whole one.
  const aside = `${target}.${process.pid}`;
  cpSync(native, aside, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(aside, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(aside, { recursive: true, force: true }); // another process was first
  }
  return target;
}
