import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { KyselyPlugin } from 'kysely';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Receipt, SignedEntry, Unit } from '../ledger/group-commit.ts';
import type { FoundCommit } from '../ledger/ledger.ts';
import { Operations, type PlannedUnit } from './operations.ts';

const START_TIMEOUT_MS = 60_000;
const NOW_MS = 1_700_000_000_000;
const dir = mkdtempSync(path.join(tmpdir(), 'medquorum-recovery-'));
let postgres: EmbeddedPostgres;
let db: Database;

beforeAll(async () => {
  postgres = await startEmbeddedPostgres({ dir });
  db = await openDatabase(await postgres.urlFor('operations'), 4);
}, START_TIMEOUT_MS);
afterEach(() => db.deleteFrom('operation').execute());
afterAll(async () => {
  await db.destroy();
  await postgres.close();
  removePostgresData(dir);
  rmSync(dir, { recursive: true, force: true });
}, START_TIMEOUT_MS);

/** A ledger that holds what is put there, and a group commit that does what a test says. */
class World {
  nowMs = NOW_MS;
  readonly found = new Map<string, FoundCommit>();
  readonly nonces = new Map<string, Readonly<{ txId: string; index: number }>>();
  readonly submitted: Unit[] = [];
  readonly asked: string[] = [];
  onSubmit: (unit: Unit) => Promise<Receipt> = async () => {
    throw new GatewayError('MQ_OPERATION_PENDING', 'the outcome is not known yet');
  };
  readonly operations: Operations = new Operations({
    db,
    relaxed: db,
    nowMs: () => this.nowMs,
    groupCommit: {
      submit: (unit) => {
        this.submitted.push(unit);
        return this.onSubmit(unit);
      },
    },
    findCommit: async (txId) => {
      this.asked.push(txId);
      return this.found.get(txId);
    },
    findNonce: async ({ intent }) => this.nonces.get(intent.nonce),
  });

  commit(txId: string, blockNumber: number, ...nonces: string[]): void {
    const argument = JSON.stringify(nonces.map((nonce) => unitOf(nonce).entries[0]));
    const result = JSON.stringify(nonces.map((nonce) => `result of ${nonce}`));
    this.found.set(txId, { txId, blockNumber, argument, result });
    for (const [index, nonce] of nonces.entries()) this.nonces.set(nonce, { txId, index });
  }

  /** The state that a request, a crash or a lost answer leaves: stored, planned under a transaction, no outcome. */
  async leaveOpen(txId: string, ...nonces: string[]): Promise<void> {
    for (const nonce of nonces) {
      await expect(this.operations.run(request(nonce), async () => unitOf(nonce))).rejects.toMatchObject({
        code: 'MQ_OPERATION_PENDING',
      });
    }
    const rows = await db.selectFrom('operation').select(['id', 'idempotencyKey']).execute();
    const ids = rows.flatMap(({ id, idempotencyKey }) => (nonces.includes(idempotencyKey ?? '') ? [id] : []));
    await this.operations.planned(txId, ids);
    this.submitted.length = 0;
  }

  state(nonce: string) {
    return db
      .selectFrom('operation')
      .select(['state', 'txId', 'blockNumber', 'errorCode'])
      .where('idempotencyKey', '=', nonce)
      .executeTakeFirstOrThrow();
  }
}

const request = (key: string) => ({ principalId: 'ann', idempotencyKey: key, requestDigest: 'digest' });
const unitOf = (nonce: string): PlannedUnit => ({
  contract: 'record',
  functionName: 'propose',
  policy: 'chaincode',
  touches: [],
  entries: [
    {
      intent: { nonce, notAfter: new Date(NOW_MS + 60_000).toISOString() },
      signature: `by ann of ${nonce}`,
    } as unknown as SignedEntry,
  ],
});
const unplanned = async (): Promise<PlannedUnit> => {
  throw new Error('nothing is to be signed anew');
};

describe('an operation without outcome', () => {
  it('is found by its transaction, and not endorsed again', async () => {
    const world = new World();
    await world.leaveOpen('tx1', 'a', 'b');
    world.commit('tx1', 5, 'a', 'b');
    expect(await world.operations.recover(0)).toBe(2);
    await world.operations.drained();
    expect(world.submitted).toEqual([]);
    expect(world.asked).toEqual(['tx1']); // once for both
    expect(await world.state('b')).toEqual({ state: 'committed', txId: 'tx1', blockNumber: 5, errorCode: null });
    expect(await world.operations.run(request('b'), unplanned)).toMatchObject({
      txId: 'tx1',
      blockNumber: 5,
      index: 1,
    });
  });

  it('answers a repetition with what the ledger has', async () => {
    const world = new World();
    await world.leaveOpen('tx1', 'a');
    world.commit('tx1', 5, 'a');
    expect(await world.operations.run(request('a'), unplanned)).toMatchObject({
      txId: 'tx1',
      blockNumber: 5,
      results: ['result of a'],
    });
    expect(world.submitted).toEqual([]);
  });

  it('is submitted again where the ledger does not have it', async () => {
    const world = new World();
    await world.leaveOpen('tx1', 'a');
    world.onSubmit = async () => ({ txId: 'tx2', blockNumber: 6, index: 0, results: [] });
    expect(await world.operations.run(request('a'), unplanned)).toMatchObject({ txId: 'tx2', blockNumber: 6 });
    expect(world.submitted).toMatchObject([{ resubmitted: true }]);
  });

  it('stays without outcome when the ledger does not answer: what was sent before may yet be committed', async () => {
    const world = new World();
    await world.leaveOpen('tx1', 'a');
    world.onSubmit = async () => {
      throw new GatewayError('MQ_LEDGER_UNAVAILABLE', 'the ledger does not answer');
    };
    await expect(world.operations.run(request('a'), unplanned)).rejects.toMatchObject({ code: 'MQ_OPERATION_PENDING' });
    expect(await world.state('a')).toMatchObject({ state: 'planned', errorCode: null });
    world.commit('tx1', 5, 'a');
    await world.operations.recover(0);
    await world.operations.drained();
    expect(await world.state('a')).toMatchObject({ state: 'committed', txId: 'tx1' });
  });
});

describe('an operation that failed and may be tried again', () => {
  const failing = async () => {
    throw new GatewayError('MQ_LEDGER_UNAVAILABLE', 'the ledger does not answer');
  };

  it('is signed anew once its entries have expired, and once however often it is asked for at a time', async () => {
    const world = new World();
    world.onSubmit = failing;
    await expect(world.operations.run(request('a'), async () => unitOf('a'))).rejects.toMatchObject({
      code: 'MQ_LEDGER_UNAVAILABLE',
    });
    world.nowMs += 120_000;
    world.submitted.length = 0;
    world.onSubmit = async () => ({ txId: 'tx2', blockNumber: 6, index: 0, results: [] });
    const again = () => world.operations.run(request('a'), async () => unitOf('anew'));
    const [first, second] = await Promise.all([again(), again()]);
    expect(first).toEqual(second);
    expect(world.submitted.map(({ entries }) => entries[0]?.intent.nonce)).toEqual(['anew']);
  });

  it('is not signed anew where the ledger holds its nonce after all', async () => {
    const world = new World();
    world.onSubmit = failing;
    await expect(world.operations.run(request('a'), async () => unitOf('a'))).rejects.toThrow();
    world.nowMs += 120_000;
    world.commit('tx1', 5, 'a');
    expect(await world.operations.run(request('a'), unplanned)).toMatchObject({ txId: 'tx1' });
  });
});

describe('an operation under an idempotency key', () => {
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
          return { txId: 'tx', blockNumber: 1, index: 0, results: [] };
        },
      },
      findCommit: async () => undefined,
      findNonce: async () => undefined,
      nowMs: () => NOW_MS,
    });
    const plan = async () => unitOf('a');
    const first = operations.run(request('a'), plan);
    await stored.promise;
    const repetition = operations.run(request('a'), plan);
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
