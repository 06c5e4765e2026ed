import { sha256 } from './block-hash.ts';
import {
  decodeCollectionWrites,
  decodePrivateWrites,
  encodeCollectionWrites,
  encodePrivateWrites,
} from './private-write-set.ts';

/** The same `rwset.TxPvtReadWriteSet` without the values of one key; its other writes and its collections stay. */
export function forgetWrite(
  privateWrites: Uint8Array,
  namespace: string,
  collection: string,
  keyHash: Uint8Array,
): Buffer {
  const sets = decodePrivateWrites(privateWrites).map((set) => ({
    namespace: set.namespace,
    collections: set.collections.map((part) =>
      set.namespace === namespace && part.collection === collection
        ? { collection, bytes: withoutWrite(part.bytes, keyHash) }
        : part,
    ),
  }));
  return encodePrivateWrites(sets);
}

function withoutWrite(bytes: Uint8Array, keyHash: Uint8Array): Buffer {
  const { writes, metadataWrites } = decodeCollectionWrites(bytes);
  const kept = writes.filter((write) => !sha256(Buffer.from(write.key)).equals(keyHash));
  return encodeCollectionWrites(kept, metadataWrites);
}
