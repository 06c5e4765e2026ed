import type { ReadWriteSet, Version } from '../ledger/read-write-set.ts';
import type { StateRow, StateView } from '../ledger/state-view.ts';
import { compareUtf8 } from '../ledger/utf8-order.ts';

/** What the valid transactions of the block so far have done to a key; `version` undefined: deleted. */
type KeyUpdate = Readonly<{ version: Version | undefined }>;

/** A key and the version that a scan of the state with the block so far would find. */
export type RowVersion = Readonly<{ key: string; version: Version }>;

/** The state of a block in the making: the committed state with the writes of its valid transactions on top. */
export class BlockUpdates {
  readonly #view: StateView;
  readonly #public = new Map<string, Map<string, KeyUpdate>>();
  readonly #hashed = new Map<string, KeyUpdate>();

  constructor(view: StateView) {
    this.#view = view;
  }

  /** Whether the block so far has touched this key (value or policy). */
  touched(namespace: string, key: string): boolean {
    return this.#public.get(namespace)?.has(key) ?? false;
  }

  /** As `touched`, for a private key. */
  touchedHash(namespace: string, collection: string, keyHash: Uint8Array): boolean {
    return this.#hashed.has(hashName(namespace, collection, keyHash));
  }

  /** Adds the writes of a valid transaction. A policy for a key that does not exist (or is deleted here) does nothing. */
  apply(readWriteSet: ReadWriteSet, version: Version): void {
    for (const { namespace, writes, metadataWrites, collections } of readWriteSet) {
      const updates = this.#public.get(namespace) ?? new Map<string, KeyUpdate>();
      this.#public.set(namespace, updates);
      for (const { key, isDelete, value } of writes) {
        updates.set(key, { version: isDelete || value.length === 0 ? undefined : version });
      }
      for (const { key } of metadataWrites) if (this.#exists(namespace, key)) updates.set(key, { version });
      for (const { collection, writes: hashedWrites, metadataWrites: hashedMetadata } of collections) {
        for (const { keyHash, isDelete, valueHash } of hashedWrites) {
          const gone = isDelete || valueHash.length === 0;
          this.#hashed.set(hashName(namespace, collection, keyHash), { version: gone ? undefined : version });
        }
        for (const { keyHash } of hashedMetadata) {
          if (this.#hashExists(namespace, collection, keyHash)) {
            this.#hashed.set(hashName(namespace, collection, keyHash), { version });
          }
        }
      }
    }
  }

  /** Rows from `start` to `end` (exclusive, or inclusive when asked; empty: open), in UTF-8 order, block so far included. */
  async *rows(namespace: string, start: string, end: string, includeEnd: boolean): AsyncIterableIterator<RowVersion> {
    const stop = includeEnd && end !== '' ? `${end}\0` : end; // nothing lies between a key and the key with NUL behind it
    const inRange = (key: string): boolean =>
      compareUtf8(key, start) >= 0 && (stop === '' || compareUtf8(key, stop) < 0);
    const updates = [...(this.#public.get(namespace) ?? [])]
      .filter(([key]) => inRange(key))
      .sort(([left], [right]) => compareUtf8(left, right));
    let next = 0;
    for await (const row of this.#view.range(namespace, start, stop)) {
      for (; next < updates.length && isBefore(updates[next], row); next++) yield* alive(updates[next]);
      if (updates[next]?.[0] === row.key) yield* alive(updates[next++]);
      else yield { key: row.key, version: row.version };
    }
    for (; next < updates.length; next++) yield* alive(updates[next]);
  }

  #exists(namespace: string, key: string): boolean {
    const update = this.#public.get(namespace)?.get(key);
    return update === undefined ? this.#view.get(namespace, key) !== undefined : update.version !== undefined;
  }

  #hashExists(namespace: string, collection: string, keyHash: Uint8Array): boolean {
    const update = this.#hashed.get(hashName(namespace, collection, keyHash));
    if (update !== undefined) return update.version !== undefined;
    return this.#view.privateHash(namespace, collection, keyHash) !== undefined;
  }
}

type NamedUpdate = readonly [string, KeyUpdate];

function isBefore(update: NamedUpdate | undefined, row: StateRow): boolean {
  return update !== undefined && compareUtf8(update[0], row.key) < 0;
}

function* alive(update: NamedUpdate | undefined): IterableIterator<RowVersion> {
  if (update?.[1].version !== undefined) yield { key: update[0], version: update[1].version };
}

function hashName(namespace: string, collection: string, keyHash: Uint8Array): string {
  return `${namespace}/${collection}/${Buffer.from(keyHash).toString('hex')}`;
}
