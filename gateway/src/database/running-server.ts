import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { dataDirOf } from './postgres-place.ts';
import { hasProcess } from './server-owner.ts';

export const POSTGRES_USER = 'medquorum';
const ANSWER_TIMEOUT_MS = 5000;

export type RunningServer = Readonly<{ pid: number; port: number }>;

/**
 * The server that certainly runs on the data of a folder. A server that was killed leaves its number behind, which may be
 * anybody's after a restart of the machine or container: the number alone is not believed.
 */
export async function runningServer(dir: string): Promise<RunningServer | undefined> {
  const dataDir = dataDirOf(dir);
  const named = namedServer(dataDir);
  if (named === undefined || !hasProcess(named.pid)) return undefined;
  const isIt = existsSync('/proc/self/cmdline')
    ? wasStartedOn(dataDir, named.pid)
    : await answersAs(named, passwordOf(dir));
  return isIt ? named : undefined;
}

/** What `postmaster.pid` says: line 1 is the process, line 4 the port (PostgreSQL, miscadmin.h). */
export function namedServer(dataDir: string): RunningServer | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

export function passwordOf(dir: string): string {
  return readFileSync(join(dir, 'password'), 'utf8').trim();
}

export function serverUrl(port: number, password: string, database: string): string {
  return `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${database}`;
}

/** By its command line, which root may read of every process; its working folder it may not everywhere in a container. */
function wasStartedOn(dataDir: string, pid: number): boolean {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return realpathSync(args[args.indexOf('-D') + 1] ?? '') === realpathSync(dataDir);
  } catch {
    return false; // it has ended meanwhile, or was given no such folder
  }
}

/** Whether the server at the port takes our password and names this process as its own, where there is no /proc. */
export async function answersAs({ pid, port }: RunningServer, password: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: serverUrl(port, password, 'postgres'),
    connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ file: string }>("select pg_read_file('postmaster.pid') as file");
    return Number(rows[0]?.file.split('\n')[0]) === pid;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
