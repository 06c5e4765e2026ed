import type { QueryBatch, QueryCursors } from './query-cursors.ts';

export type LocalNext<Row> = { value: Row; done: false } | { value?: undefined; done: true };

/** The iterator of a query, as fabric-shim hands it to a contract: rows come in the peer's batches. */
export class LocalIterator<Row> {
  readonly #cursors: QueryCursors<Row>;
  #batch: QueryBatch<Row>;
  #at = 0;

  static open<Row>(cursors: QueryCursors<Row>, first: QueryBatch<Row>): LocalIterator<Row> {
    return new LocalIterator(cursors, first);
  }

  private constructor(cursors: QueryCursors<Row>, first: QueryBatch<Row>) {
    this.#cursors = cursors;
    this.#batch = first;
  }

  async next(): Promise<LocalNext<Row>> {
    if (this.#at >= this.#batch.rows.length && this.#batch.hasMore) {
      this.#batch = await this.#cursors.next(this.#batch.id);
      this.#at = 0;
    }
    const value = this.#batch.rows[this.#at++];
    return value === undefined ? { done: true } : { value, done: false };
  }

  async close(): Promise<void> {
    await this.#cursors.close(this.#batch.id);
  }
}

export type PagedResult<Row> = {
  iterator: LocalIterator<Row>;
  metadata?: { fetchedRecordsCount: number; bookmark: string };
};

/** A promise of an iterator that `for await` can walk directly, as the shim's. */
export type AsyncQuery<Row> = Promise<LocalIterator<Row>> & AsyncIterable<Row>;
export type PagedQuery<Row> = Promise<PagedResult<Row>> & AsyncIterable<Row>;

export function queryOf<Row, Result extends LocalIterator<Row> | PagedResult<Row>>(
  open: () => Promise<Result>,
): Promise<Result> & AsyncIterable<Row> {
  const promise = open();
  promise.catch(() => undefined); // reported to whoever awaits or walks the query
  const walk = async function* (): AsyncGenerator<Row, void, undefined> {
    const opened: LocalIterator<Row> | PagedResult<Row> = await promise;
    const iterator = opened instanceof LocalIterator ? opened : opened.iterator;
    try {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.close();
    }
  };
  return Object.assign(promise, { [Symbol.asyncIterator]: walk });
}
