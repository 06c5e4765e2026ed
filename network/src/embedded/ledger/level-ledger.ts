import { randomUUID } from 'node:crypto';
import { commitHash, decodeBlock, encodeBlock } from './block-codec.ts';
import { dataHash, headerHash } from './block-hash.ts';
import { CommitBatch, type CommitParts } from './commit-batch.ts';
import { CommitWatch } from './commit-watch.ts';
import { keyHistory } from './key-history.ts';
import type {
  BlockToCommit,
  CommittedBlock,
  KeyModification,
  Ledger,
  LedgerSnapshot,
  TransactionLocation,
} from './ledger.ts';
import { LedgerError } from './ledger-error.ts';
import { EMPTY_HEAD, encodeHead, type LedgerHead } from './ledger-head.ts';
import { LevelView } from './level-view.ts';
import { unseal } from './sealed-record.ts';
import { STAGED_RETENTION_BLOCKS } from './staged-writes.ts';
import { StateUpdates } from './state-updates.ts';
import type { StateView } from './state-view.ts';
import { type Store, type StoreOperation, type StoreSnapshot, writeDurably } from './store.ts';
import * as keys from './store-keys.ts';
import { decodeStoredBlock, readStoredBlock, sealBlock } from './stored-block.ts';
import { findLocation } from './transaction-index.ts';
import { decodeUndo, encodeUndo } from './undo.ts';

const GENESIS_BLOCK = 0;
const VALID = 0; // peer.TxValidationCode
const NOTHING = Buffer.alloc(0);

/** What verification found when the ledger was opened. */
export type VerifiedChain = Readonly<{
  head: LedgerHead;
  headerHashes: Buffer[];
  snapshots: readonly LedgerSnapshot[];
}>;

/** One store snapshot per height, shared by the views at that height. */
type SharedSnapshot = { readonly snapshot: StoreSnapshot; users: number; superseded: boolean };

/** The ledger in one ordered store; `openLedger` makes it. */
export class LevelLedger implements Ledger {
  readonly #store: Store;
  readonly #watch = new CommitWatch();
  readonly #parts: CommitParts;
  /** Of every block: what getBlock compares with before it serves. */
  readonly #headerHashes: Buffer[];
  readonly #snapshots: LedgerSnapshot[];
  #head: LedgerHead;
  #current: SharedSnapshot | undefined;
  #committing = false;

  constructor(parts: CommitParts, verified: VerifiedChain) {
    this.#store = parts.store;
    this.#parts = parts;
    this.#head = verified.head;
    this.#headerHashes = verified.headerHashes;
    this.#snapshots = [...verified.snapshots];
  }

  get height(): number {
    return this.#head.height;
  }

  get lastHeaderHash(): Buffer {
    return this.#head.headerHash;
  }

  async commit(block: BlockToCommit): Promise<CommittedBlock> {
    this.#checkOrder(block);
    this.#committing = true;
    try {
      const committed = await this.#commit(block);
      this.#watch.announce(committed);
      return committed;
    } finally {
      this.#committing = false;
    }
  }

  getBlock(number: number): Buffer | undefined {
    if (number >= this.height) return undefined;
    const bytes = readStoredBlock(this.#store, number);
    const parts = bytes && decodeStoredBlock(number, bytes);
    const expected = this.#headerHashes[number];
    if (bytes === undefined || parts === undefined || expected === undefined) throw corrupt(number, 'is missing');
    if (!headerHash(number, parts.previousHash, parts.dataHash).equals(expected))
      throw corrupt(number, 'has another header');
    if (!dataHash(parts.envelopes).equals(parts.dataHash)) throw corrupt(number, 'has other data than its header says');
    return bytes;
  }

  findTransaction(txId: string): TransactionLocation | undefined {
    return findLocation(this.#store, txId);
  }

  async waitForTransaction(txId: string, signal: AbortSignal): Promise<TransactionLocation> {
    return this.findTransaction(txId) ?? this.#watch.waitFor(txId, signal);
  }

  onCommit(listener: (block: CommittedBlock) => void): () => void {
    return this.#watch.onCommit(listener);
  }

  view(): StateView {
    this.#current ??= { snapshot: this.#store.snapshot(), users: 0, superseded: false };
    const shared = this.#current;
    shared.users++;
    return new LevelView(this.#store, shared.snapshot, this.height, () => {
      shared.users--;
      closeUnused(shared);
    });
  }

  history(namespace: string, key: string, height = this.height): AsyncIterableIterator<KeyModification> {
    return keyHistory({ store: this.#store, getBlock: (number) => this.getBlock(number), namespace, key, height });
  }

  async stagePrivateWrites(txId: string, privateWrites: Uint8Array): Promise<void> {
    await this.#parts.staged.add(txId, this.height, privateWrites);
  }

  privateWritesOf(blockNumber: number, mspId: string): ReadonlyMap<number, Uint8Array> {
    const found = new Map<number, Uint8Array>();
    const transactions = this.getBlock(blockNumber) === undefined ? 0 : this.#transactionCount(blockNumber);
    for (let index = 0; index < transactions; index++) {
      const key = keys.privateWritesKey(mspId, blockNumber, index);
      const sealed = this.#store.getSync(key);
      if (sealed !== undefined) found.set(index, unseal(key, sealed));
    }
    return found;
  }

  async snapshot(): Promise<LedgerSnapshot> {
    const snapshot = { id: randomUUID(), height: this.height };
    await writeDurably(this.#store, [
      { type: 'put', key: keys.snapshotKey(snapshot.id), value: keys.u64(snapshot.height) },
    ]);
    this.#snapshots.push(snapshot);
    return snapshot;
  }

  snapshots(): readonly LedgerSnapshot[] {
    return [...this.#snapshots];
  }

  async revert(id: string): Promise<void> {
    const at = this.#snapshots.findIndex((snapshot) => snapshot.id === id);
    const target = this.#snapshots[at];
    if (target === undefined) throw new LedgerError('LEDGER_SNAPSHOT_UNKNOWN', `no snapshot '${id}'`);
    const operations: StoreOperation[] = [];
    for (let number = this.height - 1; number >= target.height; number--) {
      const undo = this.#store.getSync(keys.undoKey(number));
      if (undo === undefined) throw corrupt(number, 'cannot be taken back: its undo record is missing');
      operations.push(...decodeUndo(undo), { type: 'del', key: keys.undoKey(number) });
    }
    for (const later of this.#snapshots.slice(at + 1))
      operations.push({ type: 'del', key: keys.snapshotKey(later.id) });
    const head = this.#headAt(target.height);
    operations.push({ type: 'put', key: keys.headKey(), value: encodeHead(head) });
    await writeDurably(this.#store, operations);
    this.#snapshots.length = at + 1;
    this.#headerHashes.length = target.height;
    this.#moveTo(head);
    await this.#parts.staged.dropStale(head.height);
    await this.#parts.expiries.reload();
  }

  async reset(): Promise<void> {
    this.#supersede();
    await this.#store.clear();
    this.#snapshots.length = 0;
    this.#headerHashes.length = 0;
    this.#parts.staged.clear();
    await this.#parts.expiries.reload();
    this.#moveTo(EMPTY_HEAD);
  }

  async close(): Promise<void> {
    this.#supersede();
    await this.#store.close();
  }

  #checkOrder({ number, previousHash, dataHash: claimed, envelopes, outcomes }: BlockToCommit): void {
    const refuse = (why: string): never => {
      throw new LedgerError('LEDGER_BLOCK_OUT_OF_ORDER', `block ${number} at height ${this.height}: ${why}`);
    };
    if (this.#committing) refuse('another block is being committed');
    if (number !== this.height) refuse('wrong number');
    if (!this.lastHeaderHash.equals(previousHash)) refuse('wrong previous hash');
    if (!dataHash(envelopes).equals(claimed)) refuse('wrong data hash');
    if (outcomes.length !== envelopes.length) refuse('not one outcome per envelope');
  }

  async #commit(block: BlockToCommit): Promise<CommittedBlock> {
    const { number, outcomes } = block;
    const updates = block.updates ?? this.#updatesOf(block);
    const filter = Buffer.from(outcomes.map(({ code }) => code));
    const hash =
      number === GENESIS_BLOCK ? NOTHING : commitHash(filter, updates.deterministicBytes(), this.#head.commitHash);
    const bytes = encodeBlock({ ...block, filter, commitHash: hash });
    const head: LedgerHead = {
      height: number + 1,
      headerHash: headerHash(number, block.previousHash, block.dataHash),
      commitHash: hash,
    };
    const batch = new CommitBatch(this.#parts, number);
    batch.put(keys.blockKey(number), sealBlock(number, bytes));
    batch.addTransactions(outcomes);
    batch.addState(updates);
    batch.addHistory(outcomes);
    await batch.addPrivateData(updates, block);
    if (this.#snapshots.length > 0) batch.put(keys.undoKey(number), encodeUndo(this.#store, batch.operations()));
    batch.put(keys.headKey(), encodeHead(head));
    await writeDurably(this.#store, batch.operations());
    this.#headerHashes.push(head.headerHash);
    this.#parts.staged.committed(outcomes.map(({ txId }) => txId));
    if (head.height % STAGED_RETENTION_BLOCKS === 0) await this.#parts.staged.dropStale(head.height);
    this.#moveTo(head);
    return { number, headerHash: head.headerHash, bytes, outcomes };
  }

  #updatesOf({ number, outcomes }: BlockToCommit): StateUpdates {
    const view = this.view();
    try {
      const updates = new StateUpdates(view);
      for (const [tx, { code, readWriteSet }] of outcomes.entries()) {
        if (code === VALID && readWriteSet !== undefined) updates.apply(readWriteSet, { block: number, tx });
      }
      return updates;
    } finally {
      view.close();
    }
  }

  #transactionCount(blockNumber: number): number {
    const bytes = this.getBlock(blockNumber);
    return bytes === undefined ? 0 : decodeBlock(bytes).envelopes.length;
  }

  #headAt(height: number): LedgerHead {
    const last = height === 0 ? undefined : this.getBlock(height - 1);
    if (last === undefined) return EMPTY_HEAD;
    const parts = decodeBlock(last);
    return {
      height,
      headerHash: headerHash(parts.number, parts.previousHash, parts.dataHash),
      commitHash: Buffer.from(parts.commitHash),
    };
  }

  #moveTo(head: LedgerHead): void {
    this.#head = head;
    this.#supersede();
  }

  /** Views taken so far keep their snapshot; the next view takes a new one. */
  #supersede(): void {
    const shared = this.#current;
    if (shared === undefined) return;
    this.#current = undefined;
    shared.superseded = true;
    closeUnused(shared);
  }
}

function closeUnused(shared: SharedSnapshot): void {
  if (shared.superseded && shared.users === 0) void shared.snapshot.close();
}

const corrupt = (number: number, what: string): LedgerError =>
  new LedgerError('LEDGER_CORRUPT', `block ${number} ${what}`);
