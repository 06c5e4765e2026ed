import { sha256 } from '../ledger/block-hash.ts';
import {
  encodeCollectionWrites,
  encodePrivateWrites,
  type PrivateNamespaceWrites,
} from '../ledger/private-write-set.ts';
import type {
  CollectionReadWriteSet,
  HashedMetadataWrite,
  HashedRead,
  HashedWrite,
  KeyWrite,
  MetadataEntry,
  NamespaceReadWriteSet,
  RangeQuery,
  ReadWriteSet,
  Version,
} from '../ledger/read-write-set.ts';
import { compareUtf8 } from '../ledger/utf8-order.ts';
import type { RangeSummary } from './range-summary.ts';

const NOTHING: Uint8Array = new Uint8Array(0);

/** A range while it is read: its end moves with the rows, its summary is made at the end. */
export type OpenRange = {
  readonly startKey: string;
  endKey: string;
  exhausted: boolean;
  readonly summary: RangeSummary;
};

type Collection = {
  readonly reads: Map<string, HashedRead>;
  readonly writes: Map<string, HashedWrite>;
  readonly metadataWrites: Map<string, HashedMetadataWrite>;
  readonly clearWrites: Map<string, KeyWrite>;
  /** Keys whose policy is written; the clear set names them without entries. */
  readonly clearMetadataKeys: Set<string>;
};

type Namespace = {
  readonly reads: Map<string, Version | undefined>;
  readonly writes: Map<string, KeyWrite>;
  readonly metadataWrites: Map<string, readonly MetadataEntry[]>;
  readonly ranges: OpenRange[];
  readonly collections: Map<string, Collection>;
};

export type BuiltSets = Readonly<{ publicSet: ReadWriteSet; privateWrites: readonly PrivateNamespaceWrites[] }>;

/**
 * Gathers what a simulation reads and writes. Keys stand once and sorted, namespaces and collections sorted, hashed keys in the
 * order of the clear ones, ranges in the order of the calls (each distinct range once).
 */
export class ReadWriteSetBuilder {
  readonly #namespaces = new Map<string, Namespace>();

  addRead(namespace: string, key: string, version: Version | undefined): void {
    this.#namespace(namespace).reads.set(key, version);
  }

  addWrite(namespace: string, key: string, value: Uint8Array): void {
    this.#namespace(namespace).writes.set(key, keyWrite(key, value));
  }

  addMetadataWrite(namespace: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#namespace(namespace).metadataWrites.set(key, entries);
  }

  addRange(namespace: string, range: OpenRange): void {
    this.#namespace(namespace).ranges.push(range);
  }

  addHashedRead(namespace: string, collection: string, key: string, version: Version | undefined): void {
    this.#collection(namespace, collection).reads.set(key, { keyHash: sha256(Buffer.from(key)), version });
  }

  addPrivateWrite(namespace: string, collection: string, key: string, value: Uint8Array, isPurge = false): void {
    const set = this.#collection(namespace, collection);
    const isDelete = value.length === 0;
    set.clearWrites.set(key, keyWrite(key, value));
    const valueHash = isDelete ? NOTHING : sha256(value);
    set.writes.set(key, { keyHash: sha256(Buffer.from(key)), isDelete, valueHash, isPurge });
  }

  addPrivateMetadataWrite(namespace: string, collection: string, key: string, entries: readonly MetadataEntry[]): void {
    const set = this.#collection(namespace, collection);
    set.clearMetadataKeys.add(key);
    set.metadataWrites.set(key, { keyHash: sha256(Buffer.from(key)), entries });
  }

  build(): BuiltSets {
    const publicSet: NamespaceReadWriteSet[] = [];
    const privateWrites: PrivateNamespaceWrites[] = [];
    for (const [namespace, set] of sorted(this.#namespaces)) {
      const parts = sorted(set.collections).map(([name, collection]) => ({
        name,
        ...buildCollection(name, collection),
      }));
      publicSet.push({
        namespace,
        reads: sorted(set.reads).map(([key, version]) => ({ key, version })),
        ranges: buildRanges(set.ranges),
        writes: sorted(set.writes).map(([, write]) => write),
        metadataWrites: sorted(set.metadataWrites).map(([key, entries]) => ({ key, entries })),
        collections: parts.map((part) => part.hashed),
      });
      const collections = parts.flatMap(({ name, clear }) =>
        clear === undefined ? [] : [{ collection: name, bytes: clear }],
      );
      if (collections.length > 0) privateWrites.push({ namespace, collections });
    }
    return { publicSet, privateWrites };
  }

  /** `rwset.TxPvtReadWriteSet` bytes, or undefined when nothing private was written. */
  static encodePrivate(sets: readonly PrivateNamespaceWrites[]): Buffer | undefined {
    return sets.length === 0 ? undefined : encodePrivateWrites(sets);
  }

  #namespace(name: string): Namespace {
    let set = this.#namespaces.get(name);
    if (set === undefined) {
      set = { reads: new Map(), writes: new Map(), metadataWrites: new Map(), ranges: [], collections: new Map() };
      this.#namespaces.set(name, set);
    }
    return set;
  }

  #collection(namespace: string, name: string): Collection {
    const { collections } = this.#namespace(namespace);
    let set = collections.get(name);
    if (set === undefined) {
      set = {
        reads: new Map(),
        writes: new Map(),
        metadataWrites: new Map(),
        clearWrites: new Map(),
        clearMetadataKeys: new Set(),
      };
      collections.set(name, set);
    }
    return set;
  }
}

/** An empty value is a delete. */
const keyWrite = (key: string, value: Uint8Array): KeyWrite => ({ key, isDelete: value.length === 0, value });

function buildCollection(name: string, set: Collection): { hashed: CollectionReadWriteSet; clear: Buffer | undefined } {
  const hasWrites = set.clearWrites.size > 0 || set.clearMetadataKeys.size > 0;
  const clear = hasWrites
    ? encodeCollectionWrites(
        sorted(set.clearWrites).map(([, write]) => write),
        [...set.clearMetadataKeys].sort(compareUtf8).map((key) => ({ key, entries: [] })),
      )
    : undefined;
  const hashed = {
    collection: name,
    reads: sorted(set.reads).map(([, read]) => read),
    writes: sorted(set.writes).map(([, write]) => write),
    metadataWrites: sorted(set.metadataWrites).map(([, write]) => write),
    privateHash: clear === undefined ? NOTHING : sha256(clear),
  };
  return { hashed, clear };
}

function buildRanges(ranges: readonly OpenRange[]): RangeQuery[] {
  const distinct = new Map<string, RangeQuery>();
  for (const { startKey, endKey, exhausted, summary } of ranges) {
    const id = JSON.stringify([startKey, endKey, exhausted]);
    if (!distinct.has(id)) distinct.set(id, { startKey, endKey, exhausted, ...summary.finish() });
  }
  return [...distinct.values()];
}

const sorted = <V>(map: ReadonlyMap<string, V>): [string, V][] => [...map].sort(([a], [b]) => compareUtf8(a, b));
