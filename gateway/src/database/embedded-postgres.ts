import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { GatewayError } from '../gateway-error.ts';
import { initialise, isInitialised, processOptions } from './initialise-postgres.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { dataDirOf, placePostgres } from './postgres-place.ts';
import { namedServer, passwordOf, type RunningServer, runningServer, serverUrl } from './running-server.ts';
import { claimServer, hasProcess, ownerIsAlive, releaseServer } from './server-owner.ts';
import { type UnixUser, unprivilegedUser } from './unprivileged-user.ts';

export const MAX_POSTGRES_CONNECTIONS = 200;
const START_TIMEOUT_MS = 60_000;

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
  if (!isInitialised(dataDir)) await initialise(binDir, dataDir, dir, user);
  const password = passwordOf(dir);
  const running = await runningServer(dir);
  if (running !== undefined && ownerIsAlive(dir)) return connection(running.port, password, async () => {});
  if (running !== undefined) await endOrphan(running, dir);
  const chosen = port ?? (await freePort());
  const server = await launch(binDir, dataDir, chosen, user);
  claimServer(dir);
  return connection(chosen, password, async () => {
    await stop(server);
    releaseServer(dir);
  });
}

/** Ends the server that a killed process left running on a folder; one whose process lives is left alone. */
export async function endLeftPostgres(dir: string): Promise<void> {
  const running = await runningServer(dir);
  if (running !== undefined && !ownerIsAlive(dir)) await endOrphan(running, dir);
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
  const left = namedServer(dataDir);
  const server = spawn(join(binDir, 'postgres'), ['-D', dataDir, '-p', String(port), ...flags], {
    ...processOptions(dirname(dataDir), user, {
      // PostgreSQL does not start where postmaster.pid names any living process of its user, which may be a stranger by
      // now, but for its grandparent (miscinit.c). It still finds out itself whether somebody has the data open.
      ...(left === undefined ? {} : { PG_GRANDPARENT_PID: String(left.pid) }),
    }),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: process.platform !== 'win32', // Ctrl-C in a terminal ends the gateway first, then the gateway ends this
  });
  // A process that ends without closing, as when its time to stop is over, takes the server with it nevertheless.
  const end = () => server.kill('SIGINT');
  process.once('exit', end);
  server.once('exit', () => process.off('exit', end));
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
  const url = (database: string) => serverUrl(port, password, database);
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

async function endOrphan({ pid }: RunningServer, dir: string): Promise<void> {
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + START_TIMEOUT_MS;
  // No parent is left that could wait for its exit; the server removes its pid file last.
  while (namedServer(dataDirOf(dir))?.pid === pid && hasProcess(pid)) {
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
