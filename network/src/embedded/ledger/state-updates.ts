import { WireWriter } from '../wire/wire-writer.ts';
import type {
  CollectionReadWriteSet,
  MetadataEntry,
  NamespaceReadWriteSet,
  ReadWriteSet,
  Version,
} from './read-write-set.ts';
import type { StateView } from './state-view.ts';
import { compareUtf8 } from './utf8-order.ts';

/** What a block does to one key. `value` undefined: the key is deleted. */
export type KeyUpdate = Readonly<{
  value: Uint8Array | undefined;
  metadata: readonly MetadataEntry[];
  version: Version;
}>;
/** As KeyUpdate, for the hashed key of a private value. */
export type HashUpdate = KeyUpdate & Readonly<{ keyHash: Uint8Array; isPurge: boolean }>;

/** The part of a view that merging needs: value and key policy are replaced one without the other. */
export type LatestState = Pick<StateView, 'get' | 'privateHash'>;

/**
 * The state changes of the valid transactions of a block so far, in their order. Validation asks it what earlier transactions of
 * the block have changed; the ledger applies it. Rules: a delete removes the key policy as well; a value alone keeps the policy; a
 * policy alone keeps the value and moves the version, and is dropped for an absent key.
 */
export class StateUpdates {
  readonly #latest: LatestState;
  readonly #keys = new Map<string, Map<string, KeyUpdate>>();
  readonly #hashes = new Map<string, Map<string, Map<string, HashUpdate>>>();

  constructor(latest: LatestState) {
    this.#latest = latest;
  }

  /** Adds the writes of a valid transaction at this position. */
  apply(sets: ReadWriteSet, version: Version): void {
    for (const set of sets) {
      this.#applyPublic(set, version);
      for (const collection of set.collections) this.#applyHashed(set.namespace, collection, version);
    }
  }

  /** undefined: no transaction of the block has touched the key. */
  get(namespace: string, key: string): KeyUpdate | undefined {
    return this.#keys.get(namespace)?.get(key);
  }

  getHash(namespace: string, collection: string, keyHash: Uint8Array): HashUpdate | undefined {
    return this.#hashes.get(namespace)?.get(collection)?.get(hashText(keyHash));
  }

  /** Changed keys of a namespace within [start, end) in UTF-8 order; empty `end`: no upper bound. */
  changesInRange(namespace: string, start: string, end: string): (readonly [string, KeyUpdate])[] {
    return [...(this.#keys.get(namespace) ?? [])]
      .filter(([key]) => compareUtf8(key, start) >= 0 && (end === '' || compareUtf8(key, end) < 0))
      .sort(([a], [b]) => compareUtf8(a, b));
  }

  *keys(): IterableIterator<readonly [namespace: string, key: string, update: KeyUpdate]> {
    for (const [namespace, keys] of this.#keys) for (const [key, update] of keys) yield [namespace, key, update];
  }

  *hashes(): IterableIterator<readonly [namespace: string, collection: string, update: HashUpdate]> {
    for (const [namespace, collections] of this.#hashes) {
      for (const [collection, updates] of collections) {
        for (const update of updates.values()) yield [namespace, collection, update];
      }
    }
  }

  /**
   * The bytes under the commit hash: public and hashed writes, namespaces, collections and keys sorted, a repeated namespace or
   * collection name left out. Metadata is not part of it.
   */
  deterministicBytes(): Buffer {
    const writer = new WireWriter();
    const namespaces = [...new Set([...this.#keys.keys(), ...this.#hashes.keys()])].sort(compareUtf8);
    for (const namespace of namespaces) {
      let namespaceField = namespace;
      for (const [key, update] of [...(this.#keys.get(namespace) ?? [])].sort(([a], [b]) => compareUtf8(a, b))) {
        writeUpdate(writer, namespaceField, '', Buffer.from(key), update);
        namespaceField = '';
      }
      const collections = [...(this.#hashes.get(namespace) ?? [])].sort(([a], [b]) => compareUtf8(a, b));
      for (const [collection, updates] of collections) {
        let collectionField = collection;
        for (const update of [...updates.values()].sort((a, b) => Buffer.compare(a.keyHash, b.keyHash))) {
          writeUpdate(writer, namespaceField, collectionField, update.keyHash, update);
          namespaceField = '';
          collectionField = '';
        }
      }
    }
    return writer.finish();
  }

  #applyPublic(set: NamespaceReadWriteSet, version: Version): void {
    if (set.writes.length === 0 && set.metadataWrites.length === 0) return;
    const { namespace } = set;
    const keys = getOrCreate(this.#keys, namespace);
    const policies = new Map(set.metadataWrites.map((write) => [write.key, write.entries]));
    for (const write of set.writes) {
      const value = write.isDelete || write.value.length === 0 ? undefined : write.value;
      const own = policies.get(write.key);
      policies.delete(write.key);
      const metadata = value === undefined ? [] : (own ?? this.#metadata(namespace, write.key));
      keys.set(write.key, { value, metadata, version });
    }
    for (const [key, metadata] of policies) {
      const value = this.#value(namespace, key);
      if (value !== undefined) keys.set(key, { value, metadata, version });
    }
  }

  #applyHashed(namespace: string, set: CollectionReadWriteSet, version: Version): void {
    if (set.writes.length === 0 && set.metadataWrites.length === 0) return;
    const hashes = getOrCreate(getOrCreate(this.#hashes, namespace), set.collection);
    const latest = (keyHash: Uint8Array): Pick<HashUpdate, 'value' | 'metadata'> | undefined => {
      const update = hashes.get(hashText(keyHash));
      if (update !== undefined) return update;
      const stored = this.#latest.privateHash(namespace, set.collection, keyHash);
      return stored && { value: stored.valueHash, metadata: stored.metadata };
    };
    const policies = new Map(set.metadataWrites.map((write) => [hashText(write.keyHash), write]));
    for (const { keyHash, isDelete, isPurge, valueHash } of set.writes) {
      const text = hashText(keyHash);
      const value = isDelete || isPurge || valueHash.length === 0 ? undefined : valueHash;
      const own = policies.get(text)?.entries;
      policies.delete(text);
      const metadata = value === undefined ? [] : (own ?? latest(keyHash)?.metadata ?? []);
      hashes.set(text, { keyHash, value, metadata, version, isPurge });
    }
    for (const { keyHash, entries } of policies.values()) {
      const value = latest(keyHash)?.value;
      if (value !== undefined)
        hashes.set(hashText(keyHash), { keyHash, value, metadata: entries, version, isPurge: false });
    }
    if (hashes.size === 0) this.#hashes.get(namespace)?.delete(set.collection);
  }

  #metadata(namespace: string, key: string): readonly MetadataEntry[] {
    return (this.get(namespace, key) ?? this.#latest.get(namespace, key))?.metadata ?? [];
  }

  #value(namespace: string, key: string): Uint8Array | undefined {
    return (this.get(namespace, key) ?? this.#latest.get(namespace, key))?.value;
  }
}

const hashText = (keyHash: Uint8Array): string => Buffer.from(keyHash).toString('latin1');

function getOrCreate<V>(map: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let inner = map.get(name);
  if (inner === undefined) {
    inner = new Map();
    map.set(name, inner);
  }
  return inner;
}

function writeUpdate(
  writer: WireWriter,
  namespace: string,
  collection: string,
  key: Uint8Array,
  update: KeyUpdate,
): void {
  writer.message(1, (w) => {
    w.string(1, namespace)
      .string(2, collection)
      .bytes(3, key)
      .bool(4, update.value === undefined);
    if (update.value !== undefined) w.bytes(5, update.value);
    w.bytes(6, versionBytes(update.version));
  });
}

/** Block and transaction number, each as its length and then its bytes without leading zeros. */
function versionBytes({ block, tx }: Version): Buffer {
  return Buffer.concat([orderPreserving(block), orderPreserving(tx)]);
}

function orderPreserving(value: number): Buffer {
  if (value === 0) return Buffer.of(0);
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}
