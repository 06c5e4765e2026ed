import { sha256 } from './block-hash.ts';
import { BlockPrivateWrites } from './block-private-writes.ts';
import { decodeEnvelopeHead, resultsOf } from './endorser-transaction.ts';
import type { ExpirySchedule } from './expiry-schedule.ts';
import { forgetWrite } from './forget-write.ts';
import type { BlockToCommit, CollectionDirectory, TransactionOutcome } from './ledger.ts';
import { decodeCollectionWrites, encodePrivateWrites, type PrivateNamespaceWrites } from './private-write-set.ts';
import type { ReadWriteSet, Version } from './read-write-set.ts';
import { decodeReadWriteSet } from './read-write-set-codec.ts';
import { seal, unseal } from './sealed-record.ts';
import type { StagedStore } from './staged-writes.ts';
import { decodeRecord, encodeRecord } from './state-record.ts';
import type { HashUpdate, StateUpdates } from './state-updates.ts';
import { type Store, type StoreOperation, storeEntries } from './store.ts';
import * as keys from './store-keys.ts';
import { encodeLocation } from './transaction-index.ts';

const NOTHING = Buffer.alloc(0);
const VALID = 0; // peer.TxValidationCode

/** What a commit works on. */
export type CommitParts = Readonly<{
  store: Store;
  collections: CollectionDirectory;
  staged: StagedStore;
  expiries: ExpirySchedule;
}>;

/** Everything that a block changes in the store besides the block itself, gathered for one atomic batch. */
export class CommitBatch {
  readonly #store: Store;
  readonly #collections: CollectionDirectory;
  readonly #number: number;
  readonly #staged: StagedStore;
  readonly #expiries: ExpirySchedule;
  readonly #operations = new Map<string, StoreOperation>();

  constructor(parts: CommitParts, number: number) {
    this.#store = parts.store;
    this.#collections = parts.collections;
    this.#staged = parts.staged;
    this.#expiries = parts.expiries;
    this.#number = number;
  }

  operations(): StoreOperation[] {
    return [...this.#operations.values()];
  }

  put(key: Buffer, value: Buffer): void {
    this.#operations.set(key.toString('latin1'), { type: 'put', key, value });
  }

  delete(key: Buffer): void {
    this.#operations.set(key.toString('latin1'), { type: 'del', key });
  }

  /** Transaction index; the first occurrence of an id is the one that counts. */
  addTransactions(outcomes: readonly TransactionOutcome[]): void {
    for (const [index, { txId, code }] of outcomes.entries()) {
      if (txId === '') continue;
      const key = keys.transactionKey(txId);
      if (this.#current(key) !== undefined) continue;
      this.put(key, encodeLocation(key, { blockNumber: this.#number, index, code }));
    }
  }

  addState(updates: StateUpdates): void {
    for (const [namespace, key, { value, metadata, version }] of updates.keys()) {
      const databaseKey = keys.stateKey(namespace, key);
      if (value === undefined) this.delete(databaseKey);
      else this.put(databaseKey, encodeRecord(databaseKey, { value, metadata, version }));
    }
  }

  addHistory(outcomes: readonly TransactionOutcome[]): void {
    for (const [index, { code, readWriteSet = [] }] of outcomes.entries()) {
      if (code !== VALID) continue;
      for (const set of readWriteSet) {
        for (const write of set.writes) {
          this.put(keys.historyKey(set.namespace, write.key, this.#number, index), NOTHING);
        }
      }
    }
  }

  /** Hashed state for everybody, clear values for the members that have them. */
  async addPrivateData(updates: StateUpdates, { outcomes, envelopes }: BlockToCommit): Promise<void> {
    await this.#expire(updates);
    const staged = await this.#takeStaged(outcomes, envelopes);
    for (const [namespace, collection, update] of updates.hashes()) {
      const databaseKey = keys.hashKey(namespace, collection, update.keyHash);
      const { value, metadata, version } = update;
      if (value === undefined) this.delete(databaseKey);
      else this.put(databaseKey, encodeRecord(databaseKey, { value, metadata, version }));
      this.#scheduleExpiry(namespace, collection, update);
      for (const mspId of this.#collections.membersOf(namespace, collection) ?? []) {
        await this.#updateMember(mspId, namespace, collection, update, staged);
      }
    }
    this.#keepWriteSets(staged, outcomes);
    for (const [namespace, collection, update] of updates.hashes()) {
      if (update.isPurge) await this.#forgetCopies(namespace, collection, update.keyHash);
    }
  }

  #scheduleExpiry(namespace: string, collection: string, update: HashUpdate): void {
    const blocks = this.#collections.blockToLive(namespace, collection);
    if (blocks === 0 || update.value === undefined) return;
    const expiresAt = this.#number + blocks + 1;
    this.#expiries.add(expiresAt);
    this.put(keys.expiryKey(expiresAt, namespace, collection, update.keyHash), versionBytes(update.version));
  }

  /** Values whose time is over with this block, unless rewritten since (or by this block). */
  async #expire(updates: StateUpdates): Promise<void> {
    for (const [key, version] of await this.#expiries.dueAt(this.#number)) {
      this.delete(key);
      const { namespace, collection, keyHash } = keys.splitExpiryKey(key);
      const databaseKey = keys.hashKey(namespace, collection, keyHash);
      const stored = this.#store.getSync(databaseKey);
      if (stored === undefined || updates.getHash(namespace, collection, keyHash) !== undefined) continue;
      if (!versionBytes(decodeRecord(databaseKey, stored).version).equals(version)) continue;
      this.delete(databaseKey);
      for (const mspId of this.#collections.membersOf(namespace, collection) ?? []) {
        this.#deletePrivate(mspId, namespace, collection, keyHash);
      }
      await this.#forgetCopies(namespace, collection, keyHash);
    }
  }

  async #updateMember(
    mspId: string,
    namespace: string,
    collection: string,
    update: HashUpdate,
    staged: BlockPrivateWrites,
  ): Promise<void> {
    if (update.value === undefined) {
      this.#deletePrivate(mspId, namespace, collection, update.keyHash);
      return;
    }
    const write = staged.find(update.version.tx, namespace, collection, update.keyHash);
    if (write !== undefined) {
      const databaseKey = keys.privateKey(mspId, namespace, collection, write.key);
      const record = { value: write.value, metadata: [], version: update.version };
      this.put(databaseKey, encodeRecord(databaseKey, record));
      this.put(keys.privateKeyOfHash(mspId, namespace, collection, update.keyHash), Buffer.from(write.key));
      return;
    }
    // A key policy alone moves the hash's version; the unchanged value moves along, or it would count as missing.
    const clearKey = this.#store.getSync(keys.privateKeyOfHash(mspId, namespace, collection, update.keyHash));
    if (clearKey === undefined) return;
    const databaseKey = keys.privateKey(mspId, namespace, collection, clearKey.toString());
    const stored = this.#store.getSync(databaseKey);
    if (stored === undefined) return;
    const { value } = decodeRecord(databaseKey, stored);
    if (!sha256(value).equals(update.value)) return;
    this.put(databaseKey, encodeRecord(databaseKey, { value, metadata: [], version: update.version }));
  }

  #deletePrivate(mspId: string, namespace: string, collection: string, keyHash: Uint8Array): void {
    const indexKey = keys.privateKeyOfHash(mspId, namespace, collection, keyHash);
    const clearKey = this.#store.getSync(indexKey);
    if (clearKey === undefined) return;
    this.delete(keys.privateKey(mspId, namespace, collection, clearKey.toString()));
    this.delete(indexKey);
  }

  /** Staged write sets of this block's transactions, by the hash that their block entry names. */
  async #takeStaged(
    outcomes: readonly TransactionOutcome[],
    envelopes: readonly Uint8Array[],
  ): Promise<BlockPrivateWrites> {
    const staged = new BlockPrivateWrites();
    for (const [index, { txId, readWriteSet }] of outcomes.entries()) {
      if (!this.#staged.has(txId)) continue;
      const sets = readWriteSet ?? readableResults(envelopes[index]);
      const privateHashes = sets.flatMap((set) => set.collections.map((part) => part.privateHash));
      for await (const [key, value] of this.#staged.entries(txId)) {
        staged.add(index, value, privateHashes);
        this.delete(key);
      }
    }
    return staged;
  }

  /** What DeliverWithPrivateData answers: each member's part of each transaction, valid or not. */
  #keepWriteSets(staged: BlockPrivateWrites, outcomes: readonly TransactionOutcome[]): void {
    for (const index of outcomes.keys()) {
      const sets = staged.of(index);
      const members = new Set(
        sets.flatMap((set) =>
          set.collections.flatMap(({ collection }) => this.#collections.membersOf(set.namespace, collection) ?? []),
        ),
      );
      for (const mspId of members) this.#keepWriteSet(mspId, index, sets);
    }
  }

  #keepWriteSet(mspId: string, index: number, sets: readonly PrivateNamespaceWrites[]): void {
    const isMember = (namespace: string, collection: string): boolean =>
      this.#collections.membersOf(namespace, collection)?.includes(mspId) === true;
    const own = sets
      .map(({ namespace, collections }) => ({
        namespace,
        collections: collections.filter(({ collection }) => isMember(namespace, collection)),
      }))
      .filter(({ collections }) => collections.length > 0);
    const setKey = keys.privateWritesKey(mspId, this.#number, index);
    this.put(setKey, seal(setKey, encodePrivateWrites(own)));
    for (const { namespace, collections } of own) {
      for (const { collection, bytes } of collections) {
        for (const write of decodeCollectionWrites(bytes).writes) {
          const prefix = keys.privatePositionPrefix(mspId, namespace, collection, sha256(Buffer.from(write.key)));
          this.put(keys.positionKey(prefix, this.#number, index), NOTHING);
        }
      }
    }
  }

  /** Takes a key's values out of the write sets kept for DeliverWithPrivateData; the sets themselves stay, without it. */
  async #forgetCopies(namespace: string, collection: string, keyHash: Uint8Array): Promise<void> {
    for (const mspId of this.#collections.membersOf(namespace, collection) ?? []) {
      const prefix = keys.privatePositionPrefix(mspId, namespace, collection, keyHash);
      for (const key of await this.#positions(prefix)) {
        const { block, tx } = keys.positionOf(key);
        const setKey = keys.privateWritesKey(mspId, block, tx);
        const bytes = this.#current(setKey);
        if (bytes !== undefined)
          this.put(setKey, seal(setKey, forgetWrite(unseal(setKey, bytes), namespace, collection, keyHash)));
        this.delete(key);
      }
    }
  }

  async #positions(prefix: Buffer): Promise<Buffer[]> {
    const found: Buffer[] = [];
    const committed = { gte: prefix, lt: keys.afterPrefix(prefix) };
    for await (const [key] of storeEntries(this.#store, committed)) found.push(key);
    for (const { type, key } of this.#operations.values()) {
      const isOwn = type === 'put' && Buffer.isBuffer(key) && key.length === prefix.length + 12;
      if (isOwn && key.subarray(0, prefix.length).equals(prefix)) found.push(key);
    }
    return found;
  }

  /** As the store will hold it after the batch. */
  #current(key: Buffer): Buffer | undefined {
    const operation = this.#operations.get(key.toString('latin1'));
    if (operation === undefined) return this.#store.getSync(key);
    return operation.type === 'put' && Buffer.isBuffer(operation.value) ? operation.value : undefined;
  }
}

/** The results of an invalid transaction, whose private writes its members keep too; none if they cannot be read. */
function readableResults(envelope: Uint8Array | undefined): ReadWriteSet {
  try {
    return envelope === undefined ? [] : decodeReadWriteSet(resultsOf(decodeEnvelopeHead(envelope).data));
  } catch {
    return [];
  }
}

const versionBytes = ({ block, tx }: Version): Buffer => Buffer.concat([keys.u64(block), keys.u32(tx)]);
