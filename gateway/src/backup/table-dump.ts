import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { BackupError } from './backup-error.ts';
import { SAVED_TABLES } from './saved-tables.ts';
import { readSealedLines, writeSealedLines } from './sealed-lines.ts';

/** Rows fetched at once: an operation may carry megabytes. */
const FETCHED_ROWS = 100;
/** Length of one insert, counted when it is exceeded. */
const INSERT_CHARS = 4_000_000;

/** Key of one table's file. */
export type TableKey = (table: string) => Uint8Array;
/** Rows by table. */
export type RowCounts = Readonly<Record<string, number>>;
export type DumpedTables = Readonly<{
  rows: RowCounts;
  /** How far the read model is: the next block it waits for, and the hash that this must follow. */
  checkpoint: Readonly<{ channel: string; nextBlock: number; blockHash: string }> | undefined;
}>;

/**
 * Writes every table that a backup has, as of one moment, while the gateway goes on: a file a table, a line a row. The rows' text is made and
 * read by PostgreSQL itself (`row_to_json`), whatever types the columns have.
 */
export async function dumpTables(
  connectionString: string,
  folder: string,
  keyOf: TableKey,
  report: (line: string) => void,
): Promise<DumpedTables> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return inTransaction(connectionString, 'isolation level repeatable read read only', async (client) => {
    const rows: Record<string, number> = {};
    for (const table of SAVED_TABLES) {
      let count = 0;
      const lines = async function* () {
        for await (const line of rowsOf(client, table)) {
          count += 1;
          yield line;
        }
      };
      await writeSealedLines(fileOf(folder, table), keyOf(table), lines());
      rows[table] = count;
      report(`saved ${count} rows of ${table}`);
    }
    const found = await client.query<{ channel: string; nextBlock: string; blockHash: string }>(
      'select channel, next_block as "nextBlock", block_hash as "blockHash" from checkpoint',
    );
    const [first] = found.rows;
    return { rows, checkpoint: first && { ...first, nextBlock: Number(first.nextBlock) } };
  });
}

/**
 * Reads the files into empty tables: all of them or none.
 *
 * @param mark done in the same transaction, before it commits
 * @throws BackupError `MQ_BACKUP_DAMAGED`
 */
export async function loadTables(
  connectionString: string,
  folder: string,
  keyOf: TableKey,
  {
    rows,
    mark,
    report,
  }: Readonly<{ rows: RowCounts; mark(client: pg.Client): Promise<void>; report(line: string): void }>,
): Promise<void> {
  await inTransaction(connectionString, '', async (client) => {
    for (const table of SAVED_TABLES) {
      if (rows[table] === undefined) continue; // a table of later versions
      const count = await load(client, table, readSealedLines(fileOf(folder, table), keyOf(table)));
      if (count !== rows[table])
        throw new BackupError(
          'MQ_BACKUP_DAMAGED',
          `${table} has ${count} rows, not ${rows[table]}; use another backup`,
        );
      report(`restored ${count} rows of ${table}`);
    }
    await mark(client);
  });
}

/** Bytes of each table of a database, with its indexes. */
export async function tableSizes(connectionString: string): Promise<RowCounts> {
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

async function* rowsOf(client: pg.Client, table: string): AsyncIterable<string> {
  await client.query(`declare saved no scroll cursor for select row_to_json(t)::text as line from "${table}" t`);
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`fetch forward ${FETCHED_ROWS} from saved`);
    if (rows.length === 0) break;
    for (const { line } of rows) yield line;
  }
  await client.query('close saved');
}

async function load(client: pg.Client, table: string, lines: AsyncIterable<string>): Promise<number> {
  let count = 0;
  let waiting: string[] = [];
  let chars = 0;
  const insert = async () => {
    if (waiting.length === 0) return;
    const text = `insert into "${table}" select * from json_populate_recordset(null::"${table}", $1::json)`;
    await client.query(text, [`[${waiting.join(',')}]`]);
    count += waiting.length;
    waiting = [];
    chars = 0;
  };
  for await (const line of lines) {
    waiting.push(line);
    chars += line.length;
    if (chars > INSERT_CHARS) await insert();
  }
  await insert();
  return count;
}

async function inTransaction<T>(
  connectionString: string,
  mode: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return withClient(connectionString, async (client) => {
    await client.query(`begin ${mode}`);
    try {
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  });
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function fileOf(folder: string, table: string): string {
  return path.join(folder, `${table}.sealed`);
}
