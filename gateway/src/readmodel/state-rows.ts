import { parseLedgerKey } from '@medquorum/chaincode/ledger/ledger-key';
import type { Transaction } from 'kysely';
import type { Database } from '../database/open-database.ts';
import type { GatewayTables, LedgerStateTable } from '../database/tables.ts';
import { fromRowKey, rowKey, rowKeyPrefix } from './row-key.ts';

export type StateRow = LedgerStateTable;
/** A row, or null where the key has none. */
export type Found = StateRow | null;
type Reader = Database | Transaction<GatewayTables>;

/** Rows kept in memory: registry, keys and patients are read again with every transaction. */
const MAX_CACHED = 20_000;
/** Rows of one insert; PostgreSQL takes 65,535 parameters. */
const ROWS_PER_STATEMENT = 1000;

/**
 * The world state as of the last projected block, with the writes of the block under way laid over it. Only the
 * projector uses it: nobody else writes these rows, so what is in memory cannot go stale.
 */
export class StateRows {
  readonly #db: Database;
  readonly #cache = new Map<string, Found>();
  readonly #overlay = new Map<string, Found>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Reads many keys at once, so that verifying a block does not ask for them one by one. */
  async prefetch(keys: Iterable<string>): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#cache.has(key));
    if (missing.length === 0) return;
    const rows = await this.#db.selectFrom('ledgerState').selectAll().where('key', 'in', missing.map(rowKey)).execute();
    const found = new Map(rows.map((row) => [row.key, row]));
    for (const key of missing) this.#remember(key, found.get(rowKey(key)) ?? null);
  }

  async get(key: string): Promise<Found> {
    const written = this.#overlay.get(key);
    if (written !== undefined) return written;
    if (!this.#cache.has(key)) await this.prefetch([key]);
    return this.#cache.get(key) ?? null;
  }

  /** Rows whose composite key has this type and these first attributes, in key order. */
  async scan(
    type: string,
    attributes: readonly string[],
  ): Promise<readonly Readonly<{ key: string; row: StateRow }>[]> {
    const stored = await scanRows(this.#db, type, attributes);
    const rows = new Map<string, Found>(stored.map((row) => [fromRowKey(row.key), row]));
    for (const [key, row] of this.#overlay) {
      const parsed = parseLedgerKey(key);
      if (parsed?.type === type && attributes.every((attribute, i) => parsed.attributes[i] === attribute))
        rows.set(key, row);
    }
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, row]) => (row === null ? [] : [{ key, row }]));
  }

  write(key: string, row: Found): void {
    this.#overlay.set(key, row);
  }

  /** Writes the block's rows within the transaction that moves the checkpoint. */
  async flush(transaction: Transaction<GatewayTables>): Promise<void> {
    const deleted = [...this.#overlay].flatMap(([key, row]) => (row === null ? [rowKey(key)] : []));
    const written = [...this.#overlay.values()].filter((row) => row !== null);
    if (deleted.length > 0) await transaction.deleteFrom('ledgerState').where('key', 'in', deleted).execute();
    for (let i = 0; i < written.length; i += ROWS_PER_STATEMENT) {
      await transaction
        .insertInto('ledgerState')
        .values(written.slice(i, i + ROWS_PER_STATEMENT))
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet((row) => ({
            kind: row.ref('excluded.kind'),
            patient: row.ref('excluded.patient'),
            recordId: row.ref('excluded.recordId'),
            version: row.ref('excluded.version'),
            mspId: row.ref('excluded.mspId'),
            status: row.ref('excluded.status'),
            timeMs: row.ref('excluded.timeMs'),
            doc: row.ref('excluded.doc'),
            txId: row.ref('excluded.txId'),
            blockNumber: row.ref('excluded.blockNumber'),
            txIndex: row.ref('excluded.txIndex'),
            flaw: row.ref('excluded.flaw'),
          })),
        )
        .execute();
    }
  }

  /** After the SQL transaction: the overlay becomes the state. */
  settle(): void {
    for (const [key, row] of this.#overlay) this.#remember(key, row);
    this.#overlay.clear();
  }

  /** After a failed SQL transaction. */
  discard(): void {
    this.#overlay.clear();
    this.#cache.clear();
  }

  #remember(key: string, row: Found): void {
    this.#cache.delete(key);
    this.#cache.set(key, row);
    if (this.#cache.size <= MAX_CACHED) return;
    for (const oldest of this.#cache.keys()) {
      this.#cache.delete(oldest);
      break;
    }
  }
}

export function scanRows(db: Reader, type: string, attributes: readonly string[]): Promise<StateRow[]> {
  const prefix = rowKeyPrefix(type, attributes);
  // The column is collated "C": in order of bytes, nothing that starts with the prefix lies behind the second bound.
  return db
    .selectFrom('ledgerState')
    .selectAll()
    .where('key', '>=', prefix)
    .where('key', '<', `${prefix}\uffff`)
    .execute();
}
