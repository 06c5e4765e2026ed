import { decodeBlock } from './block-codec.ts';
import { decodeEnvelopeHead, resultsOf } from './endorser-transaction.ts';
import type { KeyModification } from './ledger.ts';
import { LedgerError } from './ledger-error.ts';
import { decodeReadWriteSet } from './read-write-set-codec.ts';
import { type Store, storeEntries } from './store.ts';
import { afterPrefix, historyPrefix, positionOf } from './store-keys.ts';

/** A key's values, newest first: the index names transactions, the values come from the verified blocks. */
export async function* keyHistory(
  store: Store,
  getBlock: (number: number) => Buffer | undefined,
  namespace: string,
  key: string,
): AsyncGenerator<KeyModification, void, undefined> {
  const prefix = historyPrefix(namespace, key);
  for await (const [entry] of storeEntries(store, { gte: prefix, lt: afterPrefix(prefix), reverse: true })) {
    const { block, tx } = positionOf(entry);
    const bytes = getBlock(block);
    const envelope = bytes && decodeBlock(bytes).envelopes[tx];
    if (envelope === undefined)
      throw new LedgerError('LEDGER_CORRUPT', `history names transaction ${tx} of block ${block}`);
    yield modification(envelope, namespace, key);
  }
}

function modification(envelope: Uint8Array, namespace: string, key: string): KeyModification {
  const { txId, timestamp, data } = decodeEnvelopeHead(envelope);
  const write = decodeReadWriteSet(resultsOf(data))
    .find((set) => set.namespace === namespace)
    ?.writes.find((candidate) => candidate.key === key);
  if (write === undefined)
    throw new LedgerError('LEDGER_CORRUPT', `history names transaction ${txId}, which did not write the key`);
  return { txId, timestamp, value: write.value, isDelete: write.isDelete };
}
