import type { StateRow } from '../ledger/state-view.ts';
import type { OpenRange } from './read-write-set-builder.ts';

export type ScannedRow = Readonly<{ key: string; value: Uint8Array }>;

/** Rows handed to a chaincode one by one. */
export interface RowScan {
  next(): Promise<ScannedRow | undefined>;
  /** The key after the last row, for a page; empty at the end. Ends the scan. */
  bookmarkAndClose(): Promise<string>;
  close(): Promise<void>;
}

/** A scan whose rows are recorded in the read set as far as they were taken. */
export class RecordedScan implements RowScan {
  readonly #rows: AsyncIterator<StateRow>;
  readonly #range: OpenRange;
  readonly #end: string;
  /** Rows at most; 0: no limit. */
  readonly #limit: number;
  #taken = 0;

  constructor(rows: AsyncIterator<StateRow>, range: OpenRange, end: string, limit: number) {
    this.#rows = rows;
    this.#range = range;
    this.#end = end;
    this.#limit = limit;
  }

  async next(): Promise<ScannedRow | undefined> {
    const row = this.#limit > 0 && this.#taken >= this.#limit ? undefined : await this.#take();
    if (row === undefined) {
      this.#range.exhausted = true;
      this.#range.endKey = this.#end;
      return undefined;
    }
    this.#taken++;
    this.#range.summary.add({ key: row.key, version: row.version });
    // Nobody knows whether the next row will be asked for: until then the range ends here.
    this.#range.endKey = row.key;
    return { key: row.key, value: row.value };
  }

  async bookmarkAndClose(): Promise<string> {
    const following = await this.#take();
    await this.close();
    return following?.key ?? '';
  }

  async close(): Promise<void> {
    await this.#rows.return?.();
  }

  async #take(): Promise<StateRow | undefined> {
    const { value, done } = await this.#rows.next();
    return done === true ? undefined : value;
  }
}

/** A scan that leaves no trace: private ranges and history. */
export class PlainScan<Row> {
  readonly #rows: AsyncIterator<Row>;

  constructor(rows: AsyncIterator<Row>) {
    this.#rows = rows;
  }

  async next(): Promise<Row | undefined> {
    const { value, done } = await this.#rows.next();
    return done === true ? undefined : value;
  }

  async bookmarkAndClose(): Promise<string> {
    await this.close();
    return '';
  }

  async close(): Promise<void> {
    await this.#rows.return?.();
  }
}
