import type { LedgerSession } from '../ledger/ledger-session.ts';
import type { TransactionFacts } from '../ledger/transaction.ts';
import type { NonceRef } from './registry-args.ts';

/**
 * Deletes nonces that can no longer matter. An intent is refused after its `notAfter` by the transaction's time, which
 * is within one skew of an endorser's clock; another skew is how far two endorsers' clocks may be apart.
 *
 * @returns for each, whether it was there and is gone now
 */
export async function pruneNonces(
  session: LedgerSession,
  tx: TransactionFacts,
  skewSeconds: number,
  refs: readonly NonceRef[],
): Promise<boolean[]> {
  const pruned: boolean[] = [];
  for (const [index, { kind, id, nonce }] of refs.entries()) {
    session.beginItem(index);
    const used = await session.get('nonce', { kind, id }, nonce);
    const over = used !== undefined && Date.parse(used.notAfter) + 2 * skewSeconds * 1000 < tx.timeMs;
    if (over) session.delete('nonce', { kind, id }, nonce);
    pruned.push(over);
  }
  return pruned;
}
