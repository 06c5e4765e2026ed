import type { CollectionDefinition } from '../chaincode/chaincode-definition.ts';
import { definitionKeys, LIFECYCLE_NAMESPACE } from '../chaincode/lifecycle-keys.ts';
import { sha256 } from '../ledger/block-hash.ts';
import type { MetadataEntry, ReadWriteSet, Version } from '../ledger/read-write-set.ts';
import type { StateView } from '../ledger/state-view.ts';
import { PlainScan, RecordedScan, type RowScan } from './range-scan.ts';
import { RangeSummary } from './range-summary.ts';
import { ReadWriteSetBuilder } from './read-write-set-builder.ts';
import { SimulationError } from './simulation-error.ts';

export type SimulatorOptions = Readonly<{
  /** Closed by `close`. */
  view: StateView;
  /** Organisation whose private data is at hand. */
  mspId: string;
  txId: string;
  findCollection(chaincode: string, collection: string): CollectionDefinition | undefined;
  /** Whether a chaincode has any collection defined; asked for the text of a refusal. */
  hasCollections(chaincode: string): boolean;
}>;

/** The metadata that a written key has on the ledger: its key policy decides who has to endorse. */
export type WrittenKey = Readonly<{
  namespace: string;
  /** Empty for a public key. */
  collection: string;
  key: string;
  metadata: readonly MetadataEntry[];
}>;

export type SimulationResult = Readonly<{
  publicSet: ReadWriteSet;
  /** `rwset.TxPvtReadWriteSet` bytes; undefined when nothing private was written. */
  privateWrites: Buffer | undefined;
  writtenKeys: readonly WrittenKey[];
  /** Collections of which a private value was read, by namespace. */
  privateReads: ReadonlyMap<string, ReadonlySet<string>>;
}>;

/**
 * One transaction on a fixed view of the state. Reads see what is committed, never the transaction's own writes; nothing changes
 * but the read-write set. Refusals have the texts of a Fabric peer with a LevelDB state database.
 */
export class TransactionSimulator {
  readonly #options: SimulatorOptions;
  readonly #sets = new ReadWriteSetBuilder();
  readonly #written = new Map<string, WrittenKey>();
  readonly #privateReads = new Map<string, Set<string>>();
  readonly #definitionsRead = new Set<string>();
  #hasWritten = false;
  #hasPaged = false;
  #hasQueriedPrivate = false;

  constructor(options: SimulatorOptions) {
    this.#options = options;
  }

  get view(): StateView {
    return this.#options.view;
  }

  /** No bytes for an absent key. */
  getState(namespace: string, key: string): Uint8Array {
    const entry = this.view.get(namespace, key);
    this.#sets.addRead(namespace, key, entry?.version);
    return entry?.value ?? NOTHING;
  }

  getStateMetadata(namespace: string, key: string): readonly MetadataEntry[] {
    const entry = this.view.get(namespace, key);
    this.#sets.addRead(namespace, key, entry?.version);
    return entry?.metadata ?? [];
  }

  /** An empty value deletes. */
  setState(namespace: string, key: string, value: Uint8Array): void {
    this.#beforeWrite();
    this.#sets.addWrite(namespace, key, value);
    this.#noteWritten(namespace, '', key);
  }

  deleteState(namespace: string, key: string): void {
    this.setState(namespace, key, NOTHING);
  }

  setStateMetadata(namespace: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#beforeWrite();
    this.#sets.addMetadataWrite(namespace, key, entries);
    this.#noteWritten(namespace, '', key);
  }

  getRange(namespace: string, start: string, end: string): RowScan {
    return this.#recordedScan(namespace, start, end, 0);
  }

  /** @param pageSize rows at most; not positive: all */
  getRangePage(namespace: string, start: string, end: string, pageSize: number): RowScan {
    if (this.#hasWritten) throw this.#unsupported('Paginated queries are supported only in a read-only transaction');
    this.#hasPaged = true;
    return this.#recordedScan(namespace, start, end, Math.max(pageSize, 0));
  }

  getPrivateData(namespace: string, collection: string, key: string): Uint8Array {
    this.#checkCollection(namespace, collection);
    const entry = this.view.getPrivate(this.#options.mspId, namespace, collection, key);
    const hashed = this.view.privateHash(namespace, collection, sha256(Buffer.from(key)));
    if (!sameText(hashed?.version, entry?.version)) {
      const versions = `Public hash version = ${versionText(hashed?.version)}, Private data version = ${versionText(entry?.version)}`;
      throw new SimulationError(`private data matching public hash version is not available. ${versions}`);
    }
    this.#sets.addHashedRead(namespace, collection, key, entry?.version);
    const reads = this.#privateReads.get(namespace) ?? new Set();
    this.#privateReads.set(namespace, reads.add(collection));
    return entry?.value ?? NOTHING;
  }

  /** SHA-256 of the value; no bytes for an absent key. */
  getPrivateDataHash(namespace: string, collection: string, key: string): Uint8Array {
    return this.#readHash(namespace, collection, key)?.valueHash ?? NOTHING;
  }

  getPrivateDataMetadata(namespace: string, collection: string, key: string): readonly MetadataEntry[] {
    return this.#readHash(namespace, collection, key)?.metadata ?? [];
  }

  setPrivateData(namespace: string, collection: string, key: string, value: Uint8Array): void {
    this.#checkCollection(namespace, collection);
    this.#beforeWrite();
    this.#sets.addPrivateWrite(namespace, collection, key, value);
    this.#noteWritten(namespace, collection, key);
  }

  deletePrivateData(namespace: string, collection: string, key: string): void {
    this.setPrivateData(namespace, collection, key, NOTHING);
  }

  purgePrivateData(namespace: string, collection: string, key: string): void {
    this.#checkCollection(namespace, collection);
    this.#beforeWrite();
    this.#sets.addPrivateWrite(namespace, collection, key, NOTHING, true);
    this.#noteWritten(namespace, collection, key);
  }

  setPrivateDataMetadata(namespace: string, collection: string, key: string, entries: readonly MetadataEntry[]): void {
    this.#checkCollection(namespace, collection);
    this.#beforeWrite();
    this.#sets.addPrivateMetadataWrite(namespace, collection, key, entries);
    this.#noteWritten(namespace, collection, key);
  }

  getPrivateRange(namespace: string, collection: string, start: string, end: string): RowScan {
    if (this.#hasWritten) throw this.#unsupported('Queries on pvt data is supported only in a read-only transaction');
    this.#hasQueriedPrivate = true;
    this.#checkCollection(namespace, collection);
    return new PlainScan(this.view.privateRange(this.#options.mspId, namespace, collection, start, end));
  }

  /** Whoever touches a collection depends on the whole definition of its chaincode. */
  readCollectionDefinitions(namespace: string): void {
    if (this.#definitionsRead.has(namespace)) return;
    this.#definitionsRead.add(namespace);
    for (const key of definitionKeys(namespace)) this.getState(LIFECYCLE_NAMESPACE, key);
  }

  result(): SimulationResult {
    const { publicSet, privateWrites } = this.#sets.build();
    return {
      publicSet,
      privateWrites: ReadWriteSetBuilder.encodePrivate(privateWrites),
      writtenKeys: [...this.#written.values()],
      privateReads: this.#privateReads,
    };
  }

  close(): void {
    this.view.close();
  }

  #recordedScan(namespace: string, startKey: string, end: string, limit: number): RowScan {
    const range = { startKey, endKey: '', exhausted: false, summary: new RangeSummary() };
    this.#sets.addRange(namespace, range);
    return new RecordedScan(this.view.range(namespace, startKey, end), range, end, limit);
  }

  #readHash(namespace: string, collection: string, key: string): ReturnType<StateView['privateHash']> {
    this.#checkCollection(namespace, collection);
    const entry = this.view.privateHash(namespace, collection, sha256(Buffer.from(key)));
    this.#sets.addHashedRead(namespace, collection, key, entry?.version);
    return entry;
  }

  #beforeWrite(): void {
    if (this.#hasQueriedPrivate) {
      throw this.#unsupported('Transaction has already performed queries on pvt data. Writes are not allowed');
    }
    if (this.#hasPaged)
      throw this.#unsupported('Transaction has already performed a paginated query. Writes are not allowed');
    this.#hasWritten = true;
  }

  #noteWritten(namespace: string, collection: string, key: string): void {
    const id = `${namespace}\0${collection}\0${key}`;
    if (this.#written.has(id)) return;
    const entry =
      collection === ''
        ? this.view.get(namespace, key)
        : this.view.privateHash(namespace, collection, sha256(Buffer.from(key)));
    this.#written.set(id, { namespace, collection, key, metadata: entry?.metadata ?? [] });
  }

  #checkCollection(namespace: string, collection: string): void {
    this.readCollectionDefinitions(namespace);
    if (this.#options.findCollection(namespace, collection) !== undefined) return;
    const why = this.#options.hasCollections(namespace)
      ? `collection [${collection}] not defined in the collection config for chaincode [${namespace}]`
      : `collection config not defined for chaincode [${namespace}], pass the collection configuration upon chaincode definition/instantiation`;
    throw new SimulationError(why);
  }

  /** The spelling is the peer's. */
  #unsupported(why: string): SimulationError {
    return new SimulationError(`txid [${this.#options.txId}]: unsuppored transaction. ${why}`);
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

const versionText = (version: Version | undefined): string =>
  version === undefined ? '<nil>' : `{BlockNum: ${version.block}, TxNum: ${version.tx}}`;

const sameText = (a: Version | undefined, b: Version | undefined): boolean => versionText(a) === versionText(b);
