import { createHash } from 'node:crypto';
import type { Database } from '../database/open-database.ts';

const PAGE_ROWS = 5000;

/** One digest over every row in key order: two read models of the same blocks have the same. */
export async function readModelDigest(db: Database): Promise<Readonly<{ digest: string; rows: number }>> {
  const hash = createHash('sha256');
  let rows = 0;
  let after = '';
  for (;;) {
    const page = await db
      .selectFrom('ledgerState')
      .selectAll()
      .where('key', '>', after)
      .orderBy('key')
      .limit(PAGE_ROWS)
      .execute();
    for (const row of page)
      hash.update(`${JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))}\n`);
    rows += page.length;
    const last = page.at(-1);
    if (last === undefined) return { digest: hash.digest('hex'), rows };
    after = last.key;
  }
}
