import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KyselyPlugin } from 'kysely';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import type { Receipt, Unit } from '../ledger/group-commit.ts';
import { Operations, type PlannedUnit } from './operations.ts';

const START_TIMEOUT_MS = 60_000;
const REQUEST = { principalId: 'ann', idempotencyKey: 'k', requestDigest: 'digest' };
const UNIT: PlannedUnit = {
  contract: 'record',
  functionName: 'propose',
  policy: 'chaincode',
  entries: [],
  touches: [],
} as never;
const RECEIPT: Receipt = { txId: 'tx', blockNumber: 1, index: 0, results: [] };

describe('an operation under an idempotency key', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'medquorum-operations-'));
  let postgres: EmbeddedPostgres;
  let db: Database;
  beforeAll(async () => {
    postgres = await startEmbeddedPostgres({ dir });
    db = await openDatabase(await postgres.urlFor('operations'), 4);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await db.destroy();
    await postgres.close();
    removePostgresData(dir);
    rmSync(dir, { recursive: true, force: true });
  }, START_TIMEOUT_MS);

  it('is submitted once when a repetition finds its row before the first request hears that it is stored', async () => {
    const stored = Promise.withResolvers<void>();
    const heard = Promise.withResolvers<void>();
    const found = Promise.withResolvers<void>();
    const submitted: Unit[] = [];
    const operations = new Operations({
      db: db.withPlugin(holdingInserts({ onInserted: stored.resolve, release: heard.promise, onFound: found.resolve })),
      relaxed: db,
      groupCommit: {
        async submit(unit) {
          submitted.push(unit);
          return RECEIPT;
        },
      },
      findNonce: async () => undefined,
      nowMs: Date.now,
    });
    const plan = async () => UNIT;
    const first = operations.run(REQUEST, plan);
    await stored.promise;
    const repetition = operations.run(REQUEST, plan);
    await found.promise;
    await new Promise((resolve) => setImmediate(resolve)); // whatever it makes of the row, it has done
    heard.resolve();
    expect(await repetition).toEqual(await first);
    expect(submitted).toHaveLength(1);
    await operations.drained();
  });
});

type Hold = Readonly<{ onInserted(): void; release: Promise<void>; onFound(): void }>;

/** Rows are inserted, and whoever inserted them hears of it later. */
function holdingInserts({ onInserted, release, onFound }: Hold): KyselyPlugin {
  const inserts = new WeakSet<object>();
  return {
    transformQuery({ node, queryId }) {
      if (node.kind === 'InsertQueryNode') inserts.add(queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      if (inserts.has(queryId)) {
        onInserted();
        await release;
      } else if (result.rows.length > 0) onFound();
      return result;
    },
  };
}
