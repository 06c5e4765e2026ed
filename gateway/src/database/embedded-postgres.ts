import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { GatewayError } from '../gateway-error.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { dataDirOf, placePostgres } from './postgres-place.ts';
import { type UnixUser, unprivilegedUser } from './unprivileged-user.ts';

export const POSTGRES_USER = 'medquorum';
export const MAX_POSTGRES_CONNECTIONS = 200;
const START_TIMEOUT_MS = 60_000;
/** A folder cannot be removed at the moment at which an initdb that is left over writes into it. */
const RETRIES = 10;

export type EmbeddedPostgres = Readonly<{
  port: number;
  /** Creates the database when it is absent. Lower-case letters, digits and `_`. */
  urlFor(database: string): Promise<string>;
  /** Ends the server (fast shutdown), unless another process started it. */
  close(): Promise<void>;
}>;

export type EmbeddedPostgresOptions = Readonly<{
  /** Folder of the server; data may lie elsewhere, see {@link placePostgres}. */
  dir: string;
  /** Loopback port; any free one by default. */
  port?: number;
  /** Folder with `bin/`, `lib/` and `share/`; from npm by default. */
  native?: string;
  publicPlace?: string;
}>;

/**
 * Starts PostgreSQL from npm on a loopback port, or joins the one that a living process runs on the same folder. One
 * server can hold a database per organisation. A server left behind by a killed process is ended first.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID` with the server's own words when it does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dir, port, native = postgresBinaries(), publicPlace } = options;
  const user = unprivilegedUser();
  const { binDir, dataDir } = placePostgres(dir, native, user, publicPlace);
  const passwordFile = join(dir, 'password');
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(binDir, dataDir, passwordFile, user);
  const password = readFileSync(passwordFile, 'utf8').trim();
  const running = runningServer(dataDir);
  if (running !== undefined && ownerIsAlive(dir)) return connection(running.port, password, async () => {});
  if (running !== undefined) await endOrphan(running.pid, dataDir);
  const chosen = port ?? (await freePort());
  const server = await launch(binDir, dataDir, chosen, user);
  writeFileSync(join(dir, 'owner.pid'), String(process.pid));
  return connection(chosen, password, () => stop(server));
}

/** Ends the server that a killed process left running on a folder; one whose process lives is left alone. */
export async function endLeftPostgres(dir: string): Promise<void> {
  const dataDir = dataDirOf(dir);
  const running = runningServer(dataDir);
  if (running !== undefined && !ownerIsAlive(dir)) await endOrphan(running.pid, dataDir);
}

async function initialise(
  binDir: string,
  dataDir: string,
  passwordFile: string,
  user: UnixUser | undefined,
): Promise<void> {
  // Made aside and renamed: initdb writes its version file early, so one that is cut short looks like a whole one. Each
  // attempt has a name of its own: the initdb of a killed process lives on, and removes what it made when it fails.
  const aside = `${dataDir}.${randomBytes(6).toString('hex')}.new`;
  for (const left of [...attempts(dataDir), dataDir])
    rmSync(left, { recursive: true, force: true, maxRetries: RETRIES });
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const readable = join(dirname(dataDir), '.initdb-password');
  writeFileSync(readable, readFileSync(passwordFile), { mode: 0o600 });
  if (user !== undefined) chownSync(readable, user.uid, user.gid);
  try {
    const flags = [`--pgdata=${aside}`, `--username=${POSTGRES_USER}`, `--pwfile=${readable}`];
    const fixed = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
    await promisify(execFile)(join(binDir, 'initdb'), [...flags, ...fixed], processOptions(dirname(dataDir), user));
    renameSync(aside, dataDir);
  } catch (cause) {
    throw new GatewayError('MQ_CONFIG_INVALID', 'the embedded PostgreSQL could not be initialised', { cause });
  } finally {
    rmSync(readable, { force: true });
  }
}

function attempts(dataDir: string): readonly string[] {
  const folder = dirname(dataDir);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(dataDir)}.`) && name.endsWith('.new'))
    .map((name) => join(folder, name));
}

function processOptions(cwd: string, user: UnixUser | undefined) {
  const env = {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(process.platform === 'win32' ? process.env : {}),
  };
  return { cwd, env, ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }) };
}

function launch(binDir: string, dataDir: string, port: number, user: UnixUser | undefined): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(MAX_POSTGRES_CONNECTIONS),
    shared_buffers: '32MB',
    log_statement: 'none', // statements carry data of patients
    log_min_error_statement: 'panic',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(binDir, 'postgres'), ['-D', dataDir, '-p', String(port), ...flags], {
    ...processOptions(dirname(dataDir), user),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: process.platform !== 'win32', // Ctrl-C in a terminal ends the gateway first, then the gateway ends this
  });
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (cause?: unknown) => {
      clearTimeout(timer);
      reject(
        new GatewayError('MQ_CONFIG_INVALID', `the embedded PostgreSQL did not start: ${said.slice(-500)}`, { cause }),
      );
    };
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      fail();
    }, START_TIMEOUT_MS);
    server.once('error', fail);
    server.once('exit', fail);
    server.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 65_536) said += chunk.toString();
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      server.off('exit', fail);
      resolve(server);
    });
  });
}

function stop(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill('SIGINT'); // fast shutdown: open transactions are rolled back
  });
}

function connection(port: number, password: string, close: () => Promise<void>): EmbeddedPostgres {
  const url = (database: string) => `postgres://${POSTGRES_USER}:${password}@127.0.0.1:${port}/${database}`;
  const urlFor = async (database: string) => {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(database)) throw new GatewayError('MQ_CONFIG_INVALID', 'not a database name');
    const client = new pg.Client({ connectionString: url('postgres') });
    await client.connect();
    try {
      const found = await client.query('select 1 from pg_database where datname = $1', [database]);
      if (found.rowCount === 0) await client.query(`create database ${database}`);
    } finally {
      await client.end();
    }
    return url(database);
  };
  return { port, urlFor, close };
}

/** The server that runs on data. `postmaster.pid`: line 1 is the process, line 4 the port (PostgreSQL, miscadmin.h). */
export function runningServer(dataDir: string): Readonly<{ pid: number; port: number }> | undefined {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return isAlive(pid) ? { pid, port } : undefined;
}

function ownerIsAlive(dir: string): boolean {
  const file = join(dir, 'owner.pid');
  return existsSync(file) && isAlive(Number(readFileSync(file, 'utf8')));
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function endOrphan(pid: number, dataDir: string): Promise<void> {
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + START_TIMEOUT_MS;
  // No parent is left that could wait for its exit; the server removes its pid file last.
  while (runningServer(dataDir) !== undefined) {
    if (Date.now() > deadline) throw new GatewayError('MQ_CONFIG_INVALID', 'an old embedded PostgreSQL does not end');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
