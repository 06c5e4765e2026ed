/**
 * The read-write set of a simulation in plain values: what `rwset.TxReadWriteSet` of the Fabric protobufs carries.
 * Codec: read-write-set-codec.ts. Field order and sorting are the wire's, so encoding a decoded set gives its bytes back.
 */

/** Position of the valid transaction that last wrote a key (or its key policy). */
export type Version = Readonly<{ block: number; tx: number }>;

export const sameVersion = (a: Version | undefined, b: Version | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.block === b.block && a.tx === b.tx;

/** `version` is undefined where the key did not exist. */
export type KeyRead = Readonly<{ key: string; version: Version | undefined }>;
export type KeyWrite = Readonly<{ key: string; isDelete: boolean; value: Uint8Array }>;
export type MetadataEntry = Readonly<{ name: string; value: Uint8Array }>;
/** Replaces all metadata of a key. No entries: the metadata is removed. */
export type MetadataWrite = Readonly<{ key: string; entries: readonly MetadataEntry[] }>;

/** Summary of the rows of a range that exceed the degree: the hashes of one level of a Merkle tree. */
export type MerkleSummary = Readonly<{ maxDegree: number; maxLevel: number; hashes: readonly Uint8Array[] }>;
export type RangeQuery = Readonly<{
  startKey: string;
  /** Exclusive; the last key read when the scan was not exhausted (then inclusive). */
  endKey: string;
  exhausted: boolean;
  /** Exactly one of the two, both absent for a range without rows. */
  rows: readonly KeyRead[] | undefined;
  merkle: MerkleSummary | undefined;
}>;

export type HashedRead = Readonly<{ keyHash: Uint8Array; version: Version | undefined }>;
export type HashedWrite = Readonly<{ keyHash: Uint8Array; isDelete: boolean; valueHash: Uint8Array; isPurge: boolean }>;
export type HashedMetadataWrite = Readonly<{ keyHash: Uint8Array; entries: readonly MetadataEntry[] }>;

export type CollectionReadWriteSet = Readonly<{
  collection: string;
  reads: readonly HashedRead[];
  writes: readonly HashedWrite[];
  metadataWrites: readonly HashedMetadataWrite[];
  /** SHA-256 of the clear `KVRWSet` bytes; empty when the simulation only read. */
  privateHash: Uint8Array;
}>;

export type NamespaceReadWriteSet = Readonly<{
  namespace: string;
  reads: readonly KeyRead[];
  ranges: readonly RangeQuery[];
  writes: readonly KeyWrite[];
  metadataWrites: readonly MetadataWrite[];
  collections: readonly CollectionReadWriteSet[];
}>;

export type ReadWriteSet = readonly NamespaceReadWriteSet[];

/** Name under which the shim stores a key-level endorsement policy in a key's metadata. */
export const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';
