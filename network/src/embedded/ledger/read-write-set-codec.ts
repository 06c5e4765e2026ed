import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import type {
  CollectionReadWriteSet,
  HashedMetadataWrite,
  HashedRead,
  HashedWrite,
  KeyRead,
  KeyWrite,
  MerkleSummary,
  MetadataEntry,
  MetadataWrite,
  NamespaceReadWriteSet,
  RangeQuery,
  ReadWriteSet,
  Version,
} from './read-write-set.ts';

// Field numbers of ledger/rwset/rwset.proto and ledger/rwset/kvrwset/kv_rwset.proto of fabric-protos.

/** `rwset.TxReadWriteSet` bytes. The data model is KV, whose number 0 is not written. */
export function encodeReadWriteSet(sets: ReadWriteSet): Buffer {
  const writer = new WireWriter();
  for (const set of sets) writer.message(2, (w) => writeNamespace(w, set));
  return writer.finish();
}

/** @throws WireError for bytes that are no `TxReadWriteSet` */
export function decodeReadWriteSet(bytes: Uint8Array): ReadWriteSet {
  const sets: NamespaceReadWriteSet[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) if (reader.field === 2) sets.push(readNamespace(reader.bytes()));
  return sets;
}

function writeNamespace(w: WireWriter, set: NamespaceReadWriteSet): void {
  w.string(1, set.namespace);
  const publicSet = new WireWriter();
  writeKeyValueSet(publicSet, set);
  w.bytes(2, publicSet.finish());
  for (const collection of set.collections) w.message(3, (inner) => writeCollection(inner, collection));
}

/** The fields of `kvrwset.KVRWSet`. */
export function writeKeyValueSet(
  w: WireWriter,
  set: Pick<NamespaceReadWriteSet, 'reads' | 'ranges' | 'writes' | 'metadataWrites'>,
): void {
  for (const read of set.reads) w.message(1, (inner) => writeRead(inner, read));
  for (const range of set.ranges) w.message(2, (inner) => writeRange(inner, range));
  for (const write of set.writes) {
    w.message(3, (inner) => inner.string(1, write.key).bool(2, write.isDelete).bytes(3, write.value));
  }
  for (const write of set.metadataWrites) {
    w.message(4, (inner) => {
      inner.string(1, write.key);
      writeEntries(inner, write.entries);
    });
  }
}

export function writeRead(w: WireWriter, read: KeyRead): void {
  w.string(1, read.key);
  writeVersion(w, read.version);
}

function writeVersion(w: WireWriter, version: Version | undefined): void {
  if (version !== undefined) w.message(2, (inner) => inner.varint(1, version.block).varint(2, version.tx));
}

function writeRange(w: WireWriter, range: RangeQuery): void {
  w.string(1, range.startKey).string(2, range.endKey).bool(3, range.exhausted);
  const { rows, merkle } = range;
  if (rows !== undefined) {
    w.message(4, (inner) => {
      for (const row of rows) inner.message(1, (r) => writeRead(r, row));
    });
  }
  if (merkle !== undefined) {
    w.message(5, (inner) => {
      inner.varint(1, merkle.maxDegree).varint(2, merkle.maxLevel);
      for (const hash of merkle.hashes) inner.element(3, hash);
    });
  }
}

function writeEntries(w: WireWriter, entries: readonly MetadataEntry[]): void {
  for (const entry of entries) w.message(2, (inner) => inner.string(1, entry.name).bytes(2, entry.value));
}

function writeCollection(w: WireWriter, set: CollectionReadWriteSet): void {
  w.string(1, set.collection);
  const hashed = new WireWriter();
  for (const read of set.reads) {
    hashed.message(1, (inner) => {
      inner.bytes(1, read.keyHash);
      writeVersion(inner, read.version);
    });
  }
  for (const write of set.writes) {
    hashed.message(2, (inner) => {
      inner.bytes(1, write.keyHash).bool(2, write.isDelete).bytes(3, write.valueHash).bool(4, write.isPurge);
    });
  }
  for (const write of set.metadataWrites) {
    hashed.message(3, (inner) => {
      inner.bytes(1, write.keyHash);
      writeEntries(inner, write.entries);
    });
  }
  w.bytes(2, hashed.finish()).bytes(3, set.privateHash);
}

function readNamespace(bytes: Buffer): NamespaceReadWriteSet {
  const reader = new WireReader(bytes);
  let namespace = '';
  let publicSet = EMPTY_SET;
  const collections: CollectionReadWriteSet[] = [];
  while (reader.next()) {
    if (reader.field === 1) namespace = reader.string();
    else if (reader.field === 2) publicSet = readKeyValueSet(reader.bytes());
    else if (reader.field === 3) collections.push(readCollection(reader.bytes()));
  }
  return { namespace, ...publicSet, collections };
}

type KeyValueSet = Pick<NamespaceReadWriteSet, 'reads' | 'ranges' | 'writes' | 'metadataWrites'>;
const EMPTY_SET: KeyValueSet = { reads: [], ranges: [], writes: [], metadataWrites: [] };

/** `kvrwset.KVRWSet` bytes. @throws WireError */
export function readKeyValueSet(bytes: Uint8Array): KeyValueSet {
  const reads: KeyRead[] = [];
  const ranges: RangeQuery[] = [];
  const writes: KeyWrite[] = [];
  const metadataWrites: MetadataWrite[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) reads.push(readRead(reader.bytes()));
    else if (reader.field === 2) ranges.push(readRange(reader.bytes()));
    else if (reader.field === 3) writes.push(readWrite(reader.bytes()));
    else if (reader.field === 4) metadataWrites.push(readMetadataWrite(reader.bytes()));
  }
  return { reads, ranges, writes, metadataWrites };
}

function readRead(bytes: Buffer): KeyRead {
  const reader = new WireReader(bytes);
  let key = '';
  let version: Version | undefined;
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) version = readVersion(reader.bytes());
  }
  return { key, version };
}

function readVersion(bytes: Buffer): Version {
  const reader = new WireReader(bytes);
  let block = 0;
  let tx = 0;
  while (reader.next()) {
    if (reader.field === 1) block = reader.varint();
    else if (reader.field === 2) tx = reader.varint();
  }
  return { block, tx };
}

function readRange(bytes: Buffer): RangeQuery {
  const reader = new WireReader(bytes);
  let startKey = '';
  let endKey = '';
  let exhausted = false;
  let rows: KeyRead[] | undefined;
  let merkle: MerkleSummary | undefined;
  while (reader.next()) {
    if (reader.field === 1) startKey = reader.string();
    else if (reader.field === 2) endKey = reader.string();
    else if (reader.field === 3) exhausted = reader.bool();
    else if (reader.field === 4) rows = readRows(reader.bytes());
    else if (reader.field === 5) merkle = readMerkle(reader.bytes());
  }
  return { startKey, endKey, exhausted, rows, merkle };
}

function readRows(bytes: Buffer): KeyRead[] {
  const rows: KeyRead[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) if (reader.field === 1) rows.push(readRead(reader.bytes()));
  return rows;
}

function readMerkle(bytes: Buffer): MerkleSummary {
  const reader = new WireReader(bytes);
  let maxDegree = 0;
  let maxLevel = 0;
  const hashes: Buffer[] = [];
  while (reader.next()) {
    if (reader.field === 1) maxDegree = reader.varint();
    else if (reader.field === 2) maxLevel = reader.varint();
    else if (reader.field === 3) hashes.push(reader.bytes());
  }
  return { maxDegree, maxLevel, hashes };
}

function readWrite(bytes: Buffer): KeyWrite {
  const reader = new WireReader(bytes);
  let key = '';
  let isDelete = false;
  let value: Buffer = EMPTY;
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) isDelete = reader.bool();
    else if (reader.field === 3) value = reader.bytes();
  }
  return { key, isDelete, value };
}

function readMetadataWrite(bytes: Buffer): MetadataWrite {
  const reader = new WireReader(bytes);
  let key = '';
  const entries: MetadataEntry[] = [];
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (reader.field === 2) entries.push(readEntry(reader.bytes()));
  }
  return { key, entries };
}

function readEntry(bytes: Buffer): MetadataEntry {
  const reader = new WireReader(bytes);
  let name = '';
  let value: Buffer = EMPTY;
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) value = reader.bytes();
  }
  return { name, value };
}

function readCollection(bytes: Buffer): CollectionReadWriteSet {
  const reader = new WireReader(bytes);
  let collection = '';
  let privateHash: Buffer = EMPTY;
  let hashed: Pick<CollectionReadWriteSet, 'reads' | 'writes' | 'metadataWrites'> = {
    reads: [],
    writes: [],
    metadataWrites: [],
  };
  while (reader.next()) {
    if (reader.field === 1) collection = reader.string();
    else if (reader.field === 2) hashed = readHashedSet(reader.bytes());
    else if (reader.field === 3) privateHash = reader.bytes();
  }
  return { collection, ...hashed, privateHash };
}

function readHashedSet(bytes: Buffer): Pick<CollectionReadWriteSet, 'reads' | 'writes' | 'metadataWrites'> {
  const reads: HashedRead[] = [];
  const writes: HashedWrite[] = [];
  const metadataWrites: HashedMetadataWrite[] = [];
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) reads.push(readHashedRead(reader.bytes()));
    else if (reader.field === 2) writes.push(readHashedWrite(reader.bytes()));
    else if (reader.field === 3) metadataWrites.push(readHashedMetadataWrite(reader.bytes()));
  }
  return { reads, writes, metadataWrites };
}

function readHashedRead(bytes: Buffer): HashedRead {
  const reader = new WireReader(bytes);
  let keyHash: Buffer = EMPTY;
  let version: Version | undefined;
  while (reader.next()) {
    if (reader.field === 1) keyHash = reader.bytes();
    else if (reader.field === 2) version = readVersion(reader.bytes());
  }
  return { keyHash, version };
}

function readHashedWrite(bytes: Buffer): HashedWrite {
  const reader = new WireReader(bytes);
  let keyHash: Buffer = EMPTY;
  let isDelete = false;
  let valueHash: Buffer = EMPTY;
  let isPurge = false;
  while (reader.next()) {
    if (reader.field === 1) keyHash = reader.bytes();
    else if (reader.field === 2) isDelete = reader.bool();
    else if (reader.field === 3) valueHash = reader.bytes();
    else if (reader.field === 4) isPurge = reader.bool();
  }
  return { keyHash, isDelete, valueHash, isPurge };
}

function readHashedMetadataWrite(bytes: Buffer): HashedMetadataWrite {
  const reader = new WireReader(bytes);
  let keyHash: Buffer = EMPTY;
  const entries: MetadataEntry[] = [];
  while (reader.next()) {
    if (reader.field === 1) keyHash = reader.bytes();
    else if (reader.field === 2) entries.push(readEntry(reader.bytes()));
  }
  return { keyHash, entries };
}

const EMPTY: Buffer = Buffer.alloc(0);
