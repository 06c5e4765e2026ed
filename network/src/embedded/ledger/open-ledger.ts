import { ExpirySchedule } from './expiry-schedule.ts';
import type { Ledger, LedgerOptions } from './ledger.ts';
import { LevelLedger } from './level-ledger.ts';
import { StagedStore } from './staged-writes.ts';
import { openStore } from './store.ts';
import { verifyChain } from './verify-chain.ts';

/**
 * Opens or creates the ledger and verifies what is there: header links, data hashes, commit hashes and the state that follows.
 * @throws LedgerError LEDGER_IN_USE, LEDGER_CORRUPT
 */
export async function openLedger({ directory, collections }: LedgerOptions): Promise<Ledger> {
  const store = await openStore(directory);
  try {
    const verified = await verifyChain(store, collections);
    const staged = await StagedStore.open(store, verified.head.height);
    const expiries = await ExpirySchedule.open(store);
    return new LevelLedger({ store, collections, staged, expiries }, verified);
  } catch (error) {
    await store.close();
    throw error;
  }
}
