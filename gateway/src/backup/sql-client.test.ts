import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openGatewayDatabase } from '../cli/database-of.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { MIGRATION_NAMES, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import { isRestored } from './database-state.ts';
import { inTransaction, withClient } from './sql-client.ts';

const START_MS = 120_000;

let base = '';
let postgres: EmbeddedPostgres;
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'mq-sql-'));
  await chmod(base, 0o755); // as root the server runs as another user
  postgres = await startEmbeddedPostgres({ dir: path.join(base, 'pg'), publicPlace: path.join(base, 'public') });
}, START_MS);
afterAll(async () => {
  await postgres?.close();
  removePostgresData(path.join(base, 'pg'));
  await rm(base, { recursive: true, force: true });
}, START_MS);

describe('a connection that the server ends', () => {
  it('fails the query that runs, with its reason', async () => {
    const url = await postgres.urlFor('ended');
    const ended = inTransaction(url, '', (client) => client.query('select pg_terminate_backend(pg_backend_pid())'));
    await expect(ended).rejects.toMatchObject({ code: '57P01' });
  });

  it('fails the next query where none runs', async () => {
    const url = await postgres.urlFor('idle');
    const ended = withClient(url, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const closed = new Promise((resolve) => client.once('end', resolve));
      await withClient(url, (other) => other.query('select pg_terminate_backend($1)', [rows[0]?.pid]));
      await closed;
      await client.query('select 1');
    });
    await expect(ended).rejects.toThrow('not queryable');
  });
});

describe('isRestored', () => {
  it('knows a backup by its id, and waits for a commit that is under way', async () => {
    const url = await postgres.urlFor('restored');
    expect(await isRestored(url, 'b-1')).toBe(false);
    await (await openDatabase(url, 1)).destroy();
    expect(await isRestored(url, 'b-1')).toBe(false);
    let asked: Promise<boolean> | undefined;
    await inTransaction(url, '', async (client) => {
      await client.query("insert into restoration (backup_id, taken_at) values ('b-1', '')");
      asked = isRestored(url, 'b-1');
      for (let isWaiting = false; !isWaiting; ) {
        const { rowCount } = await client.query("select 1 from pg_locks where not granted and mode = 'ShareLock'");
        isWaiting = rowCount !== 0;
      }
    });
    expect(await asked).toBe(true);
    expect(await isRestored(url, 'b-2')).toBe(false);
  });
});

describe('openGatewayDatabase', () => {
  it('opens the tables of this program, and leaves those of an older one as they are', async () => {
    const url = await postgres.urlFor('older');
    const names = async () =>
      withClient(url, async (client) => {
        const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name');
        return rows.map(({ name }) => name);
      });
    await (await openDatabase(url, 1, MIGRATION_NAMES.at(-2))).destroy();
    await expect(openGatewayDatabase(url, 1)).rejects.toMatchObject({ code: 'MQ_CONFIG_INVALID' });
    expect(await names()).toEqual(MIGRATION_NAMES.slice(0, -1));
    await (await openDatabase(url, 1)).destroy();
    await (await openGatewayDatabase(url, 1)).destroy();
  });
});
