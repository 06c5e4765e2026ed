import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import type { KeyWrite, MetadataWrite } from './read-write-set.ts';
import { readKeyValueSet, writeKeyValueSet } from './read-write-set-codec.ts';

/** The clear writes of one collection; `bytes` is its `kvrwset.KVRWSet`, whose SHA-256 stands in the block. */
export type PrivateCollectionWrites = Readonly<{ collection: string; bytes: Uint8Array }>;
export type PrivateNamespaceWrites = Readonly<{ namespace: string; collections: readonly PrivateCollectionWrites[] }>;

/** `rwset.TxPvtReadWriteSet` bytes (data model KV, number 0). */
export function encodePrivateWrites(sets: readonly PrivateNamespaceWrites[]): Buffer {
  const writer = new WireWriter();
  for (const set of sets) {
    writer.message(2, (w) => {
      w.string(1, set.namespace);
      for (const { collection, bytes } of set.collections) {
        w.message(2, (inner) => inner.string(1, collection).bytes(2, bytes));
      }
    });
  }
  return writer.finish();
}

/** @throws WireError */
export function decodePrivateWrites(bytes: Uint8Array): PrivateNamespaceWrites[] {
  const sets: PrivateNamespaceWrites[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) if (reader.field === 2) sets.push(readNamespace(reader.bytes()));
  return sets;
}

/** The clear keys and values of one collection. @throws WireError */
export function decodeCollectionWrites(bytes: Uint8Array): {
  writes: readonly KeyWrite[];
  metadataWrites: readonly MetadataWrite[];
} {
  return readKeyValueSet(bytes);
}

/** `kvrwset.KVRWSet` bytes of the clear writes of one collection. */
export function encodeCollectionWrites(writes: readonly KeyWrite[], metadataWrites: readonly MetadataWrite[]): Buffer {
  const writer = new WireWriter();
  writeKeyValueSet(writer, { reads: [], ranges: [], writes, metadataWrites });
  return writer.finish();
}

function readNamespace(bytes: Buffer): PrivateNamespaceWrites {
  const reader = new WireReader(bytes);
  let namespace = '';
  const collections: PrivateCollectionWrites[] = [];
  while (reader.next()) {
    if (reader.field === 1) namespace = reader.string();
    else if (reader.field === 2) collections.push(readCollection(reader.bytes()));
  }
  return { namespace, collections };
}

function readCollection(bytes: Buffer): PrivateCollectionWrites {
  const reader = new WireReader(bytes);
  let collection = '';
  let writes: Buffer = Buffer.alloc(0);
  while (reader.next()) {
    if (reader.field === 1) collection = reader.string();
    else if (reader.field === 2) writes = reader.bytes();
  }
  return { collection, bytes: writes };
}
