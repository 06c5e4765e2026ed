import type pg from 'pg';
import { MIGRATION_NAMES } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import { BackupError } from './backup-error.ts';
import { SAVED_TABLES } from './saved-tables.ts';
import { inTransaction, withClient } from './sql-client.ts';

/** Wait for a transaction whose client is gone and which the server has not ended yet. */
const LOCK_WAIT_MS = 10_000;

/** How far a read model is: the next block it waits for, and the hash that this must follow. */
export type Checkpoint = Readonly<{ channel: string; nextBlock: number; blockHash: string }>;

export async function checkpointOf(client: pg.Client): Promise<Checkpoint | undefined> {
  const { rows } = await client.query<{ channel: string; nextBlock: string; blockHash: string }>(
    'select channel, next_block as "nextBlock", block_hash as "blockHash" from checkpoint',
  );
  const [first] = rows;
  return first && { ...first, nextBlock: Number(first.nextBlock) };
}

/**
 * The last migration of a database, which must be the last that this program knows: it is not to change tables of a gateway that runs.
 *
 * @throws BackupError `MQ_BACKUP_NEWER`; GatewayError `MQ_CONFIG_INVALID`
 */
export async function requireOwnMigration(client: pg.Client): Promise<string> {
  const there = await client.query<{ there: boolean }>("select to_regclass('kysely_migration') is not null as there");
  const found =
    there.rows[0]?.there === true
      ? await client.query<{ name: string }>('select name from kysely_migration order by name desc limit 1')
      : undefined;
  const migration = found?.rows[0]?.name;
  const own = MIGRATION_NAMES.at(-1) ?? '';
  if (migration === own) return own;
  if (migration !== undefined && !MIGRATION_NAMES.includes(migration)) {
    throw new BackupError(
      'MQ_BACKUP_NEWER',
      `the database has version ${migration}, this program ${own}: update it first`,
    );
  }
  throw new GatewayError(
    'MQ_CONFIG_INVALID',
    `the database has version ${migration ?? 'none'}, this program ${own}: start this program's gateway on it first`,
  );
}

/** Bytes of each table of a database, with its indexes. */
export async function tableSizes(connectionString: string): Promise<Readonly<Record<string, number>>> {
  return withClient(connectionString, async (client) => {
    const sizes: Record<string, number> = {};
    for (const table of SAVED_TABLES) {
      const found = await client.query<{ bytes: string }>(
        'select pg_total_relation_size($1::text::regclass) as bytes',
        [table],
      );
      sizes[table] = Number(found.rows[0]?.bytes ?? 0);
    }
    return sizes;
  });
}

/** @throws BackupError `MQ_RESTORE_NOT_EMPTY` naming a table that has rows */
export async function refuseUnlessNoRows(connectionString: string): Promise<void> {
  await withClient(connectionString, async (client) => {
    for (const table of SAVED_TABLES) {
      const there = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
      if (there.rows[0]?.there !== true) continue;
      const { rowCount } = await client.query(`select 1 from "${table}" limit 1`);
      if (rowCount !== 0) {
        throw new BackupError('MQ_RESTORE_NOT_EMPTY', `the database has rows in ${table}; give one that is empty`);
      }
    }
  });
}

/**
 * Have the tables of a backup been put into the database? The lock waits for a commit that is under way.
 *
 * @throws errors of `pg` where the database cannot tell
 */
export async function isRestored(connectionString: string, backupId: string): Promise<boolean> {
  return inTransaction(connectionString, '', async (client) => {
    const there = await client.query<{ there: boolean }>("select to_regclass('restoration') is not null as there");
    if (there.rows[0]?.there !== true) return false;
    await client.query(`set local lock_timeout = ${LOCK_WAIT_MS}`);
    await client.query('lock table restoration in share mode');
    const { rowCount } = await client.query('select 1 from restoration where backup_id = $1', [backupId]);
    return rowCount !== 0;
  });
}
