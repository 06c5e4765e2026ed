import type { MetadataEntry, Version } from './read-write-set.ts';

export type StateEntry = Readonly<{ value: Buffer; metadata: readonly MetadataEntry[]; version: Version }>;
export type StateRow = StateEntry & Readonly<{ key: string }>;
export type HashEntry = Readonly<{ valueHash: Buffer; metadata: readonly MetadataEntry[]; version: Version }>;
export type PrivateEntry = Readonly<{ value: Buffer; version: Version }>;
export type PrivateRow = PrivateEntry & Readonly<{ key: string }>;

/** The world state after one block. Point reads are synchronous; nothing committed later shows. */
export interface StateView {
  /** Blocks applied. */
  readonly height: number;
  get(namespace: string, key: string): StateEntry | undefined;
  /** Rows of [start, end) in the order of the UTF-8 bytes of their keys; empty `end`: to the last key of the namespace. */
  range(namespace: string, start: string, end: string): AsyncIterableIterator<StateRow>;
  /** Hash of a private value, on every organisation. `keyHash`: SHA-256 of the key's UTF-8 bytes. */
  privateHash(namespace: string, collection: string, keyHash: Uint8Array): HashEntry | undefined;
  /** Private value as this organisation holds it. */
  getPrivate(mspId: string, namespace: string, collection: string, key: string): PrivateEntry | undefined;
  privateRange(
    mspId: string,
    namespace: string,
    collection: string,
    start: string,
    end: string,
  ): AsyncIterableIterator<PrivateRow>;
  close(): void;
}
