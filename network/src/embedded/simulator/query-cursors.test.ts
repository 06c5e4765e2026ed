import { QueryCursors, ROWS_PER_BATCH, type Scan } from './query-cursors.ts';

/** Counts what is taken from a scan of the numbers below `rows`. */
class CountingScan implements Scan<number> {
  taken = 0;
  isClosed = false;
  readonly #rows: number;
  constructor(rows: number) {
    this.#rows = rows;
  }
  async next(): Promise<number | undefined> {
    return this.taken < this.#rows ? this.taken++ : undefined;
  }
  async bookmarkAndClose(): Promise<string> {
    this.isClosed = true;
    return `${this.taken}`;
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
}

describe('QueryCursors', () => {
  it('fills a batch and is one row ahead of it', async () => {
    const cursors = new QueryCursors<number>();
    const scan = new CountingScan(ROWS_PER_BATCH + 1);
    const first = await cursors.open(scan);
    expect([first.rows.length, first.hasMore, scan.taken]).toEqual([ROWS_PER_BATCH, true, ROWS_PER_BATCH + 1]);
    const second = await cursors.next(first.id);
    expect([second.rows, second.hasMore, scan.isClosed]).toEqual([[ROWS_PER_BATCH], false, true]);
    expect(() => cursors.next(first.id)).toThrow('query iterator not found');
  });

  it('ends with an exactly full batch', async () => {
    const scan = new CountingScan(ROWS_PER_BATCH);
    const only = await new QueryCursors<number>().open(scan);
    expect([only.rows.length, only.hasMore, scan.isClosed]).toEqual([ROWS_PER_BATCH, false, true]);
  });

  it('takes no row beyond a page, however long', async () => {
    const scan = new CountingScan(1_000);
    const page = await new QueryCursors<number>().openPage(scan, 250);
    expect([page.rows.length, page.hasMore, page.page, scan.taken]).toEqual([
      250,
      false,
      { count: 250, bookmark: '250' },
      250,
    ]);
  });

  it('closes what is still open', async () => {
    const cursors = new QueryCursors<number>();
    const scans = [new CountingScan(500), new CountingScan(500)];
    const [first] = await Promise.all(scans.map((scan) => cursors.open(scan)));
    await cursors.close(first?.id ?? '');
    expect(scans.map((scan) => scan.isClosed)).toEqual([true, false]);
    await cursors.closeAll();
    expect(scans.every((scan) => scan.isClosed)).toBe(true);
  });
});
