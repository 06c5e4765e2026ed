import { sha256 } from './block-hash.ts';
import { type Store, storeEntries } from './store.ts';
import { afterPrefix, KIND, stagedHeight, stagedKey, stagedPrefix, stagedTxId } from './store-keys.ts';

/** Blocks after which the private writes of a transaction that was never committed are dropped (Fabric's default). */
export const STAGED_RETENTION_BLOCKS = 1000;

/** Transactions with staged private writes at most; beyond it the oldest is dropped. Evaluations stage too, and never commit. */
export const MAX_STAGED_TRANSACTIONS = 10_000;

/** Private writes of transactions that are endorsed and not yet on the chain. They survive a restart. */
export class StagedStore {
  readonly #store: Store;
  readonly #txIds: Set<string>;

  /** Finds what an earlier run left, without what is too old. */
  static async open(store: Store, height: number): Promise<StagedStore> {
    const staged = new StagedStore(store, new Set());
    await staged.dropStale(height);
    return staged;
  }

  private constructor(store: Store, txIds: Set<string>) {
    this.#store = store;
    this.#txIds = txIds;
  }

  async add(txId: string, height: number, privateWrites: Uint8Array): Promise<void> {
    const value = Buffer.from(privateWrites);
    this.#txIds.add(txId);
    await this.#store.put(stagedKey(txId, height, sha256(value)), value);
    const [oldest] = this.#txIds;
    if (this.#txIds.size > MAX_STAGED_TRANSACTIONS && oldest !== undefined) await this.#drop(oldest);
  }

  has(txId: string): boolean {
    return this.#txIds.has(txId);
  }

  /** The sets of each endorser of a transaction, with their database keys. */
  entries(txId: string): AsyncGenerator<[Buffer, Buffer], void, undefined> {
    const prefix = stagedPrefix(txId);
    return storeEntries(this.#store, { gte: prefix, lt: afterPrefix(prefix) });
  }

  /** Told once the transactions of a block are committed and their entries deleted with it. */
  committed(txIds: Iterable<string>): void {
    for (const txId of txIds) this.#txIds.delete(txId);
  }

  /** After the store was emptied. */
  clear(): void {
    this.#txIds.clear();
  }

  async #drop(txId: string): Promise<void> {
    this.#txIds.delete(txId);
    for await (const [key] of this.entries(txId)) await this.#store.del(key);
  }

  async dropStale(height: number): Promise<void> {
    const prefix = Buffer.from(KIND.staged);
    for await (const [key] of storeEntries(this.#store, { gte: prefix, lt: afterPrefix(prefix) })) {
      const txId = stagedTxId(key);
      if (stagedHeight(key) + STAGED_RETENTION_BLOCKS >= height) {
        this.#txIds.add(txId);
        continue;
      }
      this.#txIds.delete(txId);
      await this.#store.del(key);
    }
  }
}
