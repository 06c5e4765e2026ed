import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { BackupError } from './backup-error.ts';
import { type Checkpoint, checkpointOf, requireOwnMigration } from './database-state.ts';
import { SAVED_TABLES } from './saved-tables.ts';
import { readSealedLines, writeSealedLines } from './sealed-lines.ts';
import { inTransaction } from './sql-client.ts';

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
  checkpoint: Checkpoint | undefined;
  /** Last migration of the database. */
  migration: string;
}>;

/**
 * Writes every table that a backup has, as of one moment, while the gateway goes on: a file a table, a line a row. The rows' text is made and
 * read by PostgreSQL itself (`row_to_json`), whatever types the columns have.
 *
 * @throws as {@link requireOwnMigration}
 */
export async function dumpTables(
  connectionString: string,
  folder: string,
  keyOf: TableKey,
  report: (line: string) => void,
): Promise<DumpedTables> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return inTransaction(connectionString, 'isolation level repeatable read read only', async (client) => {
    const migration = await requireOwnMigration(client);
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
    return { rows, migration, checkpoint: await checkpointOf(client) };
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

function fileOf(folder: string, table: string): string {
  return path.join(folder, `${table}.sealed`);
}
