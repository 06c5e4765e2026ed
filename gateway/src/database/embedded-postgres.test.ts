import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { endLeftPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { openDatabase } from './open-database.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { removePostgresData } from './postgres-place.ts';
import { answersAs, passwordOf, runningServer } from './running-server.ts';
import { isReachableBy, unprivilegedUser } from './unprivileged-user.ts';

const asRoot = process.getuid?.() === 0;

/** initdb writes some 40 MB; a busy disk takes its time. */
const INITIALISATION_MS = 120_000;

describe('embedded PostgreSQL', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'mq-postgres-'));
    chmodSync(base, 0o755);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it(
    'starts from a folder that only its owner may enter, keeps its data and is removed whole',
    async () => {
      // As root this is a clone under a private home: neither binaries nor data may be reached from there.
      const home = join(base, 'home');
      const publicPlace = join(base, 'public');
      mkdirSync(home, { mode: 0o700 });
      mkdirSync(publicPlace, { mode: 0o755 });
      cpSync(join(postgresBinaries(), '..'), join(home, 'package'), { recursive: true, verbatimSymlinks: true });
      if (asRoot) {
        expect(isReachableBy({ name: 'nobody', uid: 65534, gid: 65534 }, join(home, 'x'))).toBe(false);
      }
      const options = { dir: join(home, 'postgres'), native: join(home, 'package', 'native'), publicPlace };

      const first = await startEmbeddedPostgres(options);
      const url = await first.urlFor('hospital');
      await query(url, 'create table kept (n int)');
      const joined = await startEmbeddedPostgres(options); // the same process, a second gateway on one server
      expect(joined.port).toBe(first.port);
      await joined.close();
      await query(url, 'insert into kept values (7)');
      await first.close();

      const again = await startEmbeddedPostgres(options);
      expect(await query(await again.urlFor('hospital'), 'select n from kept')).toEqual([{ n: 7 }]);
      await again.close();
      const location = join(options.dir, 'LOCATION');
      const dataDir = existsSync(location) ? readFileSync(location, 'utf8') : options.dir;
      expect(dataDir.startsWith(publicPlace)).toBe(asRoot);
      removePostgresData(options.dir);
      expect(existsSync(dataDir)).toBe(false);
    },
    INITIALISATION_MS,
  );

  it(
    'begins anew where its folder was deleted by hand',
    async () => {
      const home = join(base, 'home');
      mkdirSync(home, { mode: 0o700 });
      const options = { dir: join(home, 'postgres'), publicPlace: join(base, 'public') };
      const first = await startEmbeddedPostgres(options);
      await query(await first.urlFor('hospital'), 'create table gone (n int)');
      await first.close();
      rmSync(options.dir, { recursive: true });
      const again = await startEmbeddedPostgres(options);
      await expect(query(await again.urlFor('hospital'), 'select n from gone')).rejects.toMatchObject({
        code: '42P01',
      });
      await again.close();
      removePostgresData(options.dir);
    },
    INITIALISATION_MS,
  );

  it(
    'begins anew where its initialisation was cut short',
    async () => {
      const bin = join(base, 'killed', 'bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'postgres'), '');
      // Its first argument is --pgdata=DIR.
      const script = ['dir=$(echo "$1" | cut -d= -f2)', 'mkdir "$dir"', 'echo 18 > "$dir/PG_VERSION"'];
      const end = ['echo "$dir" >> attempts', 'kill -9 $$'];
      writeFileSync(join(bin, 'initdb'), ['#!/bin/sh', ...script, ...end, ''].join('\n'));
      for (const program of ['postgres', 'initdb']) chmodSync(join(bin, program), 0o755);
      const options = { dir: join(base, 'pg'), publicPlace: join(base, 'public') };
      for (const _ of ['first', 'second'])
        await expect(startEmbeddedPostgres({ ...options, native: join(base, 'killed') })).rejects.toMatchObject({
          code: 'MQ_CONFIG_INVALID',
          cause: { signal: 'SIGKILL' },
        });
      // An initdb that outlives who started it fails later, and removes the folder that it was given: nobody else's.
      const attempts = readFileSync(join(base, 'pg', 'attempts'), 'utf8')
        .trim()
        .split('\n');
      expect([attempts.length, new Set(attempts).size]).toEqual([2, 2]);
      const again = await startEmbeddedPostgres(options);
      expect(readdirSync(join(base, 'pg')).filter((name) => name.endsWith('.new'))).toEqual([]);
      expect(await query(await again.urlFor('whole'), 'select 1 as n')).toEqual([{ n: 1 }]);
      await again.close();
      removePostgresData(options.dir);
    },
    INITIALISATION_MS,
  );

  it(
    'is ended where a killed process left it, and only there',
    async () => {
      const dir = join(base, 'pg');
      await endLeftPostgres(dir); // there is none yet
      const server = await startEmbeddedPostgres({ dir, publicPlace: join(base, 'public') });
      try {
        const url = await server.urlFor('kept');
        await endLeftPostgres(dir);
        expect(await query(url, 'select 1 as n')).toEqual([{ n: 1 }]);
        // As after kill -9 of whoever started it: no process has this number.
        writeFileSync(join(dir, 'owner.pid'), '2147483647');
        await endLeftPostgres(dir);
        await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      } finally {
        await server.close();
        removePostgresData(dir);
      }
    },
    INITIALISATION_MS,
  );

  it(
    'takes no living stranger for its server or its owner, whatever number a restart of the machine gave to whom',
    async () => {
      const options = { dir: join(base, 'pg'), publicPlace: join(base, 'public') };
      const pidFile = join(options.dir, 'data', 'postmaster.pid');
      const ownerFile = join(options.dir, 'owner.pid');
      // Of the server's own user: PostgreSQL itself takes such a one for a server on its data.
      const user = unprivilegedUser();
      const stranger = spawn('sleep', ['600'], user === undefined ? {} : { uid: user.uid, gid: user.gid });
      let server = await startEmbeddedPostgres(options);
      try {
        for (const owner of [`${stranger.pid}`, `${stranger.pid} 1`]) {
          const written = readFileSync(pidFile, 'utf8');
          await server.close();
          expect(existsSync(ownerFile)).toBe(false);
          writeFileSync(pidFile, written.replace(/^\d+/, String(stranger.pid)));
          writeFileSync(ownerFile, owner);
          await endLeftPostgres(options.dir);
          server = await startEmbeddedPostgres(options);
          expect(await query(await server.urlFor('kept'), 'select 1 as n')).toEqual([{ n: 1 }]);
        }
        // As after kill -9 of its owner, whose number is the stranger's by now.
        writeFileSync(ownerFile, `${stranger.pid} 1`);
        await endLeftPostgres(options.dir);
        expect(existsSync(pidFile)).toBe(false);
        expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
      } finally {
        stranger.kill('SIGKILL');
        await server.close();
        removePostgresData(options.dir);
      }
    },
    INITIALISATION_MS,
  );

  it(
    'is known by its own word where processes cannot be looked at',
    async () => {
      const options = { dir: join(base, 'pg'), publicPlace: join(base, 'public') };
      const server = await startEmbeddedPostgres(options);
      const running = await runningServer(options.dir);
      if (running === undefined) throw new Error('it runs');
      const password = passwordOf(options.dir);
      try {
        expect(running.port).toBe(server.port);
        expect(await answersAs(running, password)).toBe(true);
        expect(await answersAs({ ...running, pid: process.pid }, password)).toBe(false);
        expect(await answersAs(running, 'wrong')).toBe(false);
      } finally {
        await server.close();
        removePostgresData(options.dir);
      }
      expect(await answersAs(running, password)).toBe(false);
    },
    INITIALISATION_MS,
  );

  it(
    'ends with a process that exits without closing it',
    async () => {
      const options = { dir: join(base, 'pg'), publicPlace: join(base, 'public') };
      const code = `
        const { startEmbeddedPostgres } = await import(${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))});
        const { port } = await startEmbeddedPostgres(${JSON.stringify(options)});
        process.stdout.write(String(port));
        process.exit(1);`;
      const args = ['--conditions=medquorum-source', '--no-warnings', '--input-type=module', '--eval', code];
      const env = { ...process.env, NODE_OPTIONS: '' };
      const ended = await promisify(execFile)(process.execPath, args, { env }).catch((error: unknown) => error);
      expect(ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^\d+$/) });
      const pidFile = join(options.dir, 'data', 'postmaster.pid');
      try {
        // It shuts down by itself, once it has written what it holds.
        const deadline = Date.now() + 30_000;
        while (existsSync(pidFile) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
        expect(existsSync(pidFile)).toBe(false);
      } finally {
        await endLeftPostgres(options.dir);
        removePostgresData(options.dir);
      }
    },
    INITIALISATION_MS,
  );

  it(
    'keeps the password to the owner and refuses a wrong one',
    async () => {
      const server = await startEmbeddedPostgres({ dir: join(base, 'pg'), publicPlace: join(base, 'public') });
      try {
        expect(statSync(join(base, 'pg', 'password')).mode & 0o077).toBe(0);
        const wrong = (await server.urlFor('a')).replace(/:[^:@]+@/, ':wrong@');
        await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
      } finally {
        await server.close();
        removePostgresData(join(base, 'pg'));
      }
    },
    INITIALISATION_MS,
  );

  it(
    'migrates an empty database, and a second time changes nothing',
    async () => {
      const server = await startEmbeddedPostgres({ dir: join(base, 'pg'), publicPlace: join(base, 'public') });
      try {
        const url = await server.urlFor('migrated');
        const [one, two] = await Promise.all([openDatabase(url, 2), openDatabase(url, 2)]);
        await one
          .insertInto('checkpoint')
          .values({ channel: 'c', nextBlock: 2 ** 40, blockHash: 'h' })
          .execute();
        expect(await two.selectFrom('checkpoint').selectAll().execute()).toEqual([
          { channel: 'c', nextBlock: 2 ** 40, blockHash: 'h' },
        ]);
        await Promise.all([one.destroy(), two.destroy()]);
      } finally {
        await server.close();
        removePostgresData(join(base, 'pg'));
      }
    },
    INITIALISATION_MS,
  );
});

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}
