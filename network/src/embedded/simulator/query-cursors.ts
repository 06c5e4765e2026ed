import { randomUUID } from 'node:crypto';
import { SimulationError } from './simulation-error.ts';

/** Rows in one message to a chaincode; a scan is always one row ahead of a full message. */
export const ROWS_PER_BATCH = 100;
/** Rows of one query at most. */
export const MAX_QUERY_ROWS = 100_000;

export type Scan<Row> = {
  next(): Promise<Row | undefined>;
  bookmarkAndClose(): Promise<string>;
  close(): Promise<void>;
};

export type QueryBatch<Row> = Readonly<{
  id: string;
  rows: readonly Row[];
  hasMore: boolean;
  /** Of a page; undefined for a query without pages. */
  page: Readonly<{ count: number; bookmark: string }> | undefined;
}>;

type Cursor<Row> = {
  readonly scan: Scan<Row>;
  pending: Row[];
  taken: number;
  readonly paged: boolean;
  readonly maxRows: number;
};

/** The open queries of one transaction and chaincode, in the batches that the shim fetches. */
export class QueryCursors<Row> {
  readonly #cursors = new Map<string, Cursor<Row>>();

  open(scan: Scan<Row>): Promise<QueryBatch<Row>> {
    return this.#open({ scan, pending: [], taken: 0, paged: false, maxRows: MAX_QUERY_ROWS });
  }

  /** @param pageSize not positive: every row */
  openPage(scan: Scan<Row>, pageSize: number): Promise<QueryBatch<Row>> {
    const maxRows = pageSize > 0 && pageSize < MAX_QUERY_ROWS ? pageSize : MAX_QUERY_ROWS;
    return this.#open({ scan, pending: [], taken: 0, paged: true, maxRows });
  }

  /** @throws SimulationError for a query that is closed or was never opened */
  next(id: string): Promise<QueryBatch<Row>> {
    const cursor = this.#cursors.get(id);
    if (cursor === undefined) throw new SimulationError('query iterator not found');
    return this.#fill(id, cursor);
  }

  has(id: string): boolean {
    return this.#cursors.has(id);
  }

  async close(id: string): Promise<void> {
    const cursor = this.#cursors.get(id);
    this.#cursors.delete(id);
    await cursor?.scan.close();
  }

  async closeAll(): Promise<void> {
    if (this.#cursors.size === 0) return;
    await Promise.all([...this.#cursors.keys()].map((id) => this.close(id)));
  }

  async #open(cursor: Cursor<Row>): Promise<QueryBatch<Row>> {
    const id = randomUUID();
    this.#cursors.set(id, cursor);
    return this.#fill(id, cursor);
  }

  async #fill(id: string, cursor: Cursor<Row>): Promise<QueryBatch<Row>> {
    while (cursor.taken < cursor.maxRows) {
      const row = await cursor.scan.next();
      if (row === undefined) break;
      cursor.taken++;
      if (!cursor.paged && cursor.pending.length === ROWS_PER_BATCH) {
        const rows = cursor.pending;
        cursor.pending = [row];
        return { id, rows, hasMore: true, page: undefined };
      }
      cursor.pending.push(row);
    }
    this.#cursors.delete(id);
    const rows = cursor.pending;
    if (!cursor.paged) {
      await cursor.scan.close();
      return { id, rows, hasMore: false, page: undefined };
    }
    return { id, rows, hasMore: false, page: { count: cursor.taken, bookmark: await cursor.scan.bookmarkAndClose() } };
  }
}
