import { GroupCommit, type SignedEntry } from '../ledger/group-commit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';
import { renewPolicies } from './renew-policies.ts';

/** Organisations that the old policy of a head asks for, by record id; of these, `gone` does not answer. */
const OLD_POLICIES = new Map([
  ['a', 'city'],
  ['b', 'city or gone'],
  ['c', 'gone'],
  ['d', 'city'],
]);

/** A ledger that finds no peers for a transaction in which a head asks for the one that is gone, or two ask for different ones. */
class PartialLedger implements Pick<Ledger, 'plan'> {
  readonly committed: string[][] = [];
  readonly nonces = new Set<string>();
  inFlight = 0;
  mostInFlight = 0;

  plan({ args }: Parameters<Ledger['plan']>[0]) {
    const entries = JSON.parse(args[0] ?? '[]') as { intent: { nonce: string; args: { recordId: string } } }[];
    const ids = entries.map(({ intent }) => intent.args.recordId);
    const policies = new Set(ids.map((id) => OLD_POLICIES.get(id) ?? 'city'));
    const run = async (ready: Promise<unknown>) => {
      await ready;
      this.inFlight += 1;
      this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      this.inFlight -= 1;
      for (const { intent } of entries) this.nonces.add(intent.nonce);
      if (policies.size > 1 || policies.has('gone')) throw new LedgerFault('unavailable', 'no combination of peers');
      this.committed.push(ids);
      return { txId: '', blockNumber: 0, result: JSON.stringify(ids) };
    };
    return { txId: '', run };
  }
}

function renewing(ids: readonly string[]) {
  const ledger = new PartialLedger();
  const groupCommit = new GroupCommit({
    ledger,
    journal: { planned: async () => {} },
    maxEntries: 200,
    maxBytes: 100_000,
    lingerMs: 5,
    maxInFlight: 2,
    maxQueued: 1000,
    maxConflictRetries: 1,
  });
  let nonce = 0;
  const sign = (recordId: string) =>
    ({ intent: { nonce: String(nonce++), args: { recordId } }, signature: '' }) as unknown as SignedEntry;
  async function* pages() {
    yield ids;
  }
  const progress: number[] = [];
  const done = renewPolicies(groupCommit, pages(), sign, (renewed) => progress.push(renewed));
  return { ledger, done, progress };
}

describe('the renewal of policies', () => {
  it('renews each head whose own old policy is satisfied, and keeps no other from it', async () => {
    const { ledger, done, progress } = renewing([...OLD_POLICIES.keys()]);
    expect(await done).toEqual({ renewed: 3, failed: new Map([['MQ_LEDGER_UNAVAILABLE', 1]]) });
    expect(ledger.committed.flat().sort()).toEqual(['a', 'b', 'd']);
    expect(progress).toEqual([3]);
  });

  it('shares transactions where all fits, and submits nothing twice', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `record ${i}`);
    const { ledger, done } = renewing(ids);
    expect(await done).toEqual({ renewed: 100, failed: new Map() });
    expect(ledger.committed.length).toBeLessThan(10);
    expect(ledger.committed.flat()).toHaveLength(100);
    expect(ledger.nonces.size).toBe(100);
  });

  it('has a bounded number of heads under way alone', async () => {
    const ids = ['c', ...Array.from({ length: 60 }, (_, i) => `record ${i}`), 'b'];
    const { ledger, done } = renewing(ids);
    expect(await done).toEqual({ renewed: 61, failed: new Map([['MQ_LEDGER_UNAVAILABLE', 1]]) });
    expect(ledger.mostInFlight).toBeLessThanOrEqual(8);
  });
});
