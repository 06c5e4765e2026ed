import { decodeBlock } from './block-codec.ts';
import { decodeEnvelopeHead, resultsOf } from './endorser-transaction.ts';
import type { KeyModification } from './ledger.ts';
import { LedgerError } from './ledger-error.ts';
import { decodeReadWriteSet } from './read-write-set-codec.ts';
import { type Store, storeEntries } from './store.ts';
import { historyPrefix, positionKey, positionOf } from './store-keys.ts';

/** A key's values in the first `height` blocks, newest first: the index names transactions, the values come from the verified blocks. */
export async function* keyHistory(query: {
  store: Store;
  getBlock: (number: number) => Buffer | undefined;
  namespace: string;
  key: string;
  height: number;
}): AsyncGenerator<KeyModification, void, undefined> {
  const { store, getBlock, namespace, key, height } = query;
  const gte = historyPrefix(namespace, key);
  const lt = positionKey(gte, height, 0);
  for await (const [entry] of storeEntries(store, { gte, lt, reverse: true })) {
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
