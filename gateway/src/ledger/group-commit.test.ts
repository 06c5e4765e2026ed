import fc from 'fast-check';
import { GatewayError } from '../gateway-error.ts';
import { GroupCommit, type GroupCommitOptions, type Unit } from './group-commit.ts';
import type { Committed, Ledger, TransactionRequest } from './ledger.ts';
import { LedgerFault } from './ledger-fault.ts';

const SEED = Number(process.env.MQ_TEST_SEED ?? 20261121);

type Attempt = Readonly<{ txId: string; ids: readonly string[]; commit(): void; fail(error: unknown): void }>;

/** A ledger whose every transaction waits for the test to say what becomes of it. */
class HeldLedger implements Pick<Ledger, 'plan'> {
  readonly attempts: Attempt[] = [];
  readonly committed: string[] = [];
  onPlan: (attempt: Attempt) => void = () => {};

  plan({ args }: TransactionRequest) {
    const entries = JSON.parse(args[0] ?? '[]') as { intent: { nonce: string } }[];
    const ids = entries.map(({ intent }) => intent.nonce);
    const txId = String(this.attempts.length).padStart(64, '0');
    const run = async (ready: Promise<unknown>) => {
      await ready;
      return new Promise<Committed>((resolve, reject) => {
        const attempt: Attempt = {
          txId,
          ids,
          commit: () => {
            this.committed.push(...ids);
            resolve({ txId, blockNumber: this.attempts.length, result: JSON.stringify(ids) });
          },
          fail: reject,
        };
        this.attempts.push(attempt);
        this.onPlan(attempt);
      });
    };
    return { txId, run };
  }
}

const unit = (id: string, rest: Partial<Unit> = {}): Unit => ({
  id,
  contract: 'record',
  functionName: 'propose',
  policy: 'chaincode',
  entries: [{ intent: { nonce: id }, signature: '' } as unknown as Unit['entries'][number]],
  touches: [`record:${id}`],
  ...rest,
});

function groupCommit(ledger: HeldLedger, rest: Partial<GroupCommitOptions> = {}) {
  const planned: string[][] = [];
  const group = new GroupCommit({
    ledger,
    journal: { planned: async (_txId, ids) => void planned.push([...ids]) },
    maxEntries: 10,
    maxBytes: 100_000,
    lingerMs: 0,
    maxInFlight: 1,
    maxQueued: 100,
    maxConflictRetries: 3,
    ...rest,
  });
  return { group, planned };
}

/** Lets everything happen that is ready to. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('GroupCommit', () => {
  it('sends a lone unit at once, and lets those that come meanwhile share the next transaction', async () => {
    const ledger = new HeldLedger();
    const { group, planned } = groupCommit(ledger);
    const results = [group.submit(unit('a')), group.submit(unit('b')), group.submit(unit('c'))];
    await settle();
    expect(ledger.attempts.map(({ ids }) => ids)).toEqual([['a']]);
    ledger.attempts[0]?.commit();
    await results[0];
    await settle();
    expect(ledger.attempts.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c']]);
    expect(planned).toEqual([['a'], ['b', 'c']]);
    ledger.attempts[1]?.commit();
    expect(await results[2]).toMatchObject({ index: 1, results: ['c'] });
    await group.drained();
  });

  it('keeps within the bound of entries, and one past it travels later', async () => {
    const ledger = new HeldLedger();
    const { group } = groupCommit(ledger, { maxEntries: 2 });
    const all = ['first', 'a', 'b', 'c'].map((id) => group.submit(unit(id)));
    ledger.onPlan = (attempt) => attempt.commit();
    await settle();
    ledger.attempts[0]?.commit();
    await Promise.all(all);
    expect(ledger.attempts.map(({ ids }) => ids)).toEqual([['first'], ['a', 'b'], ['c']]);
  });

  it('lets a second unit that touches a key wait for the first, and keeps their order', async () => {
    const ledger = new HeldLedger();
    const { group } = groupCommit(ledger, { maxInFlight: 4 });
    const same = { touches: ['record:same'] };
    const all = [group.submit(unit('a', same)), group.submit(unit('b', same)), group.submit(unit('c'))];
    await settle();
    expect(ledger.attempts.map(({ ids }) => ids)).toEqual([['a'], ['c']]);
    ledger.attempts[0]?.commit();
    ledger.attempts[1]?.commit();
    await settle();
    ledger.attempts[2]?.commit();
    await Promise.all(all);
    expect(ledger.attempts[2]?.ids).toEqual(['b']);
  });

  it('sends a unit with transient data once the key that it waits for is free', async () => {
    const ledger = new HeldLedger();
    ledger.onPlan = ({ commit }) => commit();
    const { group } = groupCommit(ledger);
    const secret = (id: string) => unit(id, { touches: ['record:same'], transient: { x: new Uint8Array() } });
    const results = [
      group.submit(secret('a')),
      group.submit(secret('b')),
      group.submit(unit('c', { touches: ['record:same'] })),
    ];
    await Promise.all([...results, group.drained()]);
    expect(ledger.committed).toEqual(['a', 'b', 'c']);
  });

  it('keeps units of other functions, policies and with transient data apart', async () => {
    const ledger = new HeldLedger();
    ledger.onPlan = (attempt) => attempt.commit();
    const { group } = groupCommit(ledger);
    await Promise.all([
      group.submit(unit('a')),
      group.submit(unit('b', { functionName: 'attest' })),
      group.submit(unit('c', { policy: 'clinical' })),
      group.submit(unit('d', { transient: { x: new Uint8Array() } })),
      group.submit(unit('e', { transient: { x: new Uint8Array() } })),
    ]);
    expect(ledger.attempts).toHaveLength(5);
  });

  it('takes out the entry that the chaincode refuses, and commits the others', async () => {
    const ledger = new HeldLedger();
    const { group } = groupCommit(ledger);
    const first = group.submit(unit('first'));
    const rest = ['a', 'b', 'c'].map((id) => group.submit(unit(id)));
    await settle();
    ledger.attempts[0]?.commit();
    await first;
    await settle();
    ledger.attempts[1]?.fail(
      new LedgerFault('chaincode', 'no such patient', { code: 'MQ_PATIENT_NOT_FOUND', index: 1 }),
    );
    ledger.onPlan = (attempt) => attempt.commit();
    await expect(rest[1]).rejects.toMatchObject({ code: 'MQ_PATIENT_NOT_FOUND' });
    await Promise.all([rest[0], rest[2]]);
    expect(ledger.committed).toEqual(['first', 'a', 'c']);
  });

  it('reads a used nonce as success only for a unit that was submitted before', async () => {
    const ledger = new HeldLedger();
    const replayed = new LedgerFault('chaincode', `the nonce was used by ${'e'.repeat(64)} [7]`, {
      code: 'MQ_INTENT_REPLAYED',
      index: 0,
    });
    ledger.onPlan = (attempt) => attempt.fail(replayed);
    const { group } = groupCommit(ledger);
    await expect(group.submit(unit('a'))).rejects.toMatchObject({ code: 'MQ_INTENT_REPLAYED' });
    expect(await group.submit(unit('b', { resubmitted: true }))).toEqual({
      txId: 'e'.repeat(64),
      blockNumber: undefined,
      index: 7,
      results: [],
    });
  });

  it('endorses conflicts anew, and gives up after the retries', async () => {
    const ledger = new HeldLedger();
    ledger.onPlan = (attempt) => attempt.fail(new LedgerFault('conflict', 'MVCC'));
    const { group } = groupCommit(ledger, { maxConflictRetries: 2 });
    await expect(group.submit(unit('a'))).rejects.toMatchObject({ code: 'MQ_LEDGER_CONFLICT' });
    expect(ledger.attempts).toHaveLength(3);
  });

  it('never tries again what may have been ordered', async () => {
    const ledger = new HeldLedger();
    ledger.onPlan = (attempt) => attempt.fail(new LedgerFault('unknown', 'no answer'));
    const { group } = groupCommit(ledger);
    await expect(group.submit(unit('a'))).rejects.toMatchObject({ code: 'MQ_OPERATION_PENDING' });
    expect(ledger.attempts).toHaveLength(1);
  });

  it('refuses beyond the queue', async () => {
    const ledger = new HeldLedger();
    const { group } = groupCommit(ledger, { maxQueued: 1 });
    void group.submit(unit('a'));
    void group.submit(unit('b'));
    await expect(group.submit(unit('c'))).rejects.toMatchObject({ code: 'MQ_QUEUE_FULL' });
  });

  it('answers every unit for itself, commits each at most once, and loses none, whatever fails', async () => {
    const outcome = fc.constantFrom('commit', 'conflict', 'refuse-one', 'refuse-all', 'unknown');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.array(outcome, { minLength: 1, maxLength: 20 }),
        async (count, outcomes) => {
          const ledger = new HeldLedger();
          let n = 0;
          ledger.onPlan = (attempt) => {
            const what = outcomes[n++ % outcomes.length];
            if (what === 'commit' || n > 200) attempt.commit();
            else if (what === 'conflict') attempt.fail(new LedgerFault('conflict', 'MVCC'));
            else if (what === 'unknown') attempt.fail(new LedgerFault('unknown', 'no answer'));
            else if (what === 'refuse-one')
              attempt.fail(new LedgerFault('chaincode', 'no', { code: 'MQ_INPUT_INVALID', index: 0 }));
            else attempt.fail(new LedgerFault('refused', 'no'));
          };
          const { group } = groupCommit(ledger, { maxInFlight: 3, maxConflictRetries: 1 });
          const ids = Array.from({ length: count }, (_, i) => `u${i}`);
          const settled = await Promise.allSettled(
            ids.map((id) => group.submit(unit(id, { touches: [`k${id.length}${id.at(-1)}`] }))),
          );
          await group.drained();
          const succeeded = ids.filter((_, i) => settled[i]?.status === 'fulfilled');
          expect([...ledger.committed].sort()).toEqual([...succeeded].sort());
          for (const result of settled) {
            if (result.status === 'rejected') expect(result.reason).toHaveProperty('code');
          }
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('orders nothing of a unit whose own work on disk failed, and sends the others without it', async () => {
    const ledger = new HeldLedger();
    ledger.onPlan = (attempt) => attempt.commit();
    const { group } = groupCommit(ledger);
    const failing = Promise.reject(new GatewayError('MQ_INTERNAL', 'disk full'));
    const all = [group.submit(unit('first')), group.submit(unit('a', { ready: failing })), group.submit(unit('b'))];
    await expect(all[1]).rejects.toMatchObject({ code: 'MQ_INTERNAL' });
    await Promise.all([all[0], all[2]]);
    expect(ledger.committed).toEqual(['first', 'b']);
  });

  it('gives a unit that failed to be journalled its error, and goes on', async () => {
    const ledger = new HeldLedger();
    ledger.onPlan = (attempt) => attempt.commit();
    let fail = true;
    const { group } = groupCommit(ledger, {
      journal: {
        planned: async () => {
          if (fail) throw new GatewayError('MQ_INTERNAL', 'database gone');
        },
      },
    });
    await expect(group.submit(unit('a'))).rejects.toMatchObject({ code: 'MQ_INTERNAL' });
    fail = false;
    await group.submit(unit('b'));
    expect(ledger.committed).toEqual(['b']);
  });
});
