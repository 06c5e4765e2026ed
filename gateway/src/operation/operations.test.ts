import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { KyselyPlugin } from 'kysely';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Receipt, SignedEntry, Unit } from '../ledger/group-commit.ts';
import type { FoundCommit } from '../ledger/ledger.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';
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
  /** What the peer has once it has caught up; how often that was asked for. */
  onCaughtUp: () => Promise<void> = async () => {};
  caughtUp = 0;
  isPeerDown = false;
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
    findNonce: async ({ intent }) => {
      if (this.isPeerDown) throw new LedgerFault('unavailable', 'no answer at evaluate');
      return this.nonces.get(intent.nonce);
    },
    caughtUpNow: () => {
      this.caughtUp += 1;
      return this.onCaughtUp();
    },
    withNonce,
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
      intent: { author: { kind: 'practitioner', id: 'ann' }, nonce, notAfter: new Date(NOW_MS + 60_000).toISOString() },
      signature: `by ann of ${nonce}`,
    } as unknown as SignedEntry,
  ],
});
/** As the signer does it; a test tells by the signature for which nonce the entry was made first. */
const withNonce = ({ intent, signature }: SignedEntry, nonce: string): SignedEntry => ({
  intent: { ...intent, nonce },
  signature: `${signature} under ${nonce}`,
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

describe('an operation without outcome whose entries have expired', () => {
  const expired = async () => {
    throw new MedQuorumError('MQ_INTENT_EXPIRED', 'notAfter has passed');
  };

  async function openAndExpired(): Promise<World> {
    const world = new World();
    await world.leaveOpen('tx1', 'a');
    world.nowMs += 120_000;
    world.onSubmit = expired;
    return world;
  }

  it('stays without outcome for as long as the peer may be behind', async () => {
    const world = await openAndExpired();
    world.onCaughtUp = async () => {
      throw new GatewayError('MQ_READ_MODEL_BEHIND', 'block 7 is not projected yet');
    };
    await world.operations.recover(0);
    expect(await world.state('a')).toMatchObject({ state: 'planned', errorCode: null });
    await expect(world.operations.run(request('a'), unplanned)).rejects.toMatchObject({ code: 'MQ_OPERATION_PENDING' });
    world.onCaughtUp = async () => world.commit('tx1', 5, 'a');
    await world.operations.recover(0);
    await world.operations.drained();
    expect(await world.state('a')).toMatchObject({ state: 'committed', txId: 'tx1', blockNumber: 5 });
  });

  it('answers a repetition with what a peer that was behind has once it has caught up', async () => {
    const world = await openAndExpired();
    world.onCaughtUp = async () => world.commit('tx1', 5, 'a');
    expect(await world.operations.run(request('a'), unplanned)).toMatchObject({
      txId: 'tx1',
      results: ['result of a'],
    });
    expect(world.submitted).toEqual([]);
  });

  it('is found by its transaction where its nonce has been pruned', async () => {
    const world = await openAndExpired();
    world.onCaughtUp = async () => {
      world.commit('tx1', 5, 'a');
      world.nonces.clear();
    };
    expect(await world.operations.run(request('a'), unplanned)).toMatchObject({ txId: 'tx1' });
  });

  it('has failed once a peer that has caught up does not hold it', async () => {
    const world = await openAndExpired();
    await world.operations.recover(0);
    expect(await world.state('a')).toMatchObject({ state: 'failed', errorCode: 'MQ_INTENT_EXPIRED' });
    expect([world.caughtUp, world.submitted]).toEqual([1, []]);
  });

  it('is signed anew under the same nonce when its request is repeated', async () => {
    const world = await openAndExpired();
    world.onSubmit = async () => ({ txId: 'tx2', blockNumber: 6, index: 0, results: [] });
    const outcome = await world.operations.run(request('a'), async () => unitOf('anew'));
    expect(outcome).toMatchObject({ txId: 'tx2', entries: [{ signature: 'by ann of anew under a' }] });
    expect(world.submitted).toMatchObject([{ resubmitted: true, entries: [{ intent: { nonce: 'a' } }] }]);
    expect(world.caughtUp).toBe(1);
  });

  it('answers with the first entries where these were committed after all while the second were under way', async () => {
    const world = await openAndExpired();
    world.onSubmit = async () => {
      world.commit('tx1', 5, 'other', 'a');
      return { txId: 'tx1', blockNumber: undefined, index: 1, results: [] };
    };
    const expected = {
      txId: 'tx1',
      blockNumber: 5,
      index: 1,
      results: ['result of a'],
      entries: [{ signature: 'by ann of a' }],
    };
    expect(await world.operations.run(request('a'), async () => unitOf('anew'))).toMatchObject(expected);
    await world.operations.drained();
    expect(await world.operations.run(request('a'), unplanned)).toMatchObject(expected);
  });

  it('is answered as one without outcome, with its id, when the peer does not answer', async () => {
    const world = await openAndExpired();
    world.isPeerDown = true;
    const { id } = await db.selectFrom('operation').select('id').executeTakeFirstOrThrow();
    await expect(world.operations.run(request('a'), unplanned)).rejects.toMatchObject({
      code: 'MQ_OPERATION_PENDING',
      extra: { operationId: id, location: `/operations/${id}` },
    });
  });
});

describe('a refusal of what may have been committed before', () => {
  const refusals = [
    new MedQuorumError('MQ_INTENT_EXPIRED', 'notAfter has passed'), // by the clock of the transaction
    new MedQuorumError('MQ_VETOED', 'not here'),
    new GatewayError('MQ_LEDGER_REFUSED', 'the ledger refused the transaction'),
  ];

  it.each(refusals.map((refusal) => [refusal.code, refusal]))('is no outcome: %s', async (_code, refusal) => {
    const world = new World();
    await world.leaveOpen('tx1', 'a');
    world.onSubmit = async () => {
      throw refusal;
    };
    await expect(world.operations.run(request('a'), unplanned)).rejects.toMatchObject({ code: 'MQ_OPERATION_PENDING' });
    expect(await world.state('a')).toMatchObject({ state: 'planned', errorCode: null });
  });

  it('counts once the peer has caught up', async () => {
    const world = new World();
    await world.leaveOpen('tx1', 'a', 'b');
    // Of a peer that lacks the block with the patient; of b there is none.
    world.onSubmit = async ({ entries: [entry] }) => {
      if (entry?.intent.nonce === 'b' || world.caughtUp === 0) throw new MedQuorumError('MQ_PATIENT_NOT_FOUND', 'none');
      return { txId: 'tx2', blockNumber: 6, index: 0, results: [] };
    };
    await world.operations.recover(0);
    await world.operations.drained();
    expect(await world.state('a')).toMatchObject({ state: 'committed', txId: 'tx2' });
    expect(await world.state('b')).toMatchObject({ state: 'failed', errorCode: 'MQ_PATIENT_NOT_FOUND' });
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
    expect(world.submitted.map(({ entries }) => entries[0]?.signature)).toEqual(['by ann of anew under a']);
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

describe('an operation that failed and is sent again', () => {
  it('has no outcome while that has none', async () => {
    const world = new World();
    world.onSubmit = async () => {
      throw new GatewayError('MQ_LEDGER_UNAVAILABLE', 'the ledger does not answer');
    };
    await expect(world.operations.run(request('a'), async () => unitOf('a'))).rejects.toThrow();
    world.onSubmit = async () => {
      throw new GatewayError('MQ_OPERATION_PENDING', 'the outcome is not known yet');
    };
    await expect(world.operations.run(request('a'), unplanned)).rejects.toMatchObject({ code: 'MQ_OPERATION_PENDING' });
    expect(await world.state('a')).toMatchObject({ state: 'planned', errorCode: null });
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
      caughtUpNow: async () => {},
      withNonce,
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
