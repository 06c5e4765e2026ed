import { type Store, storeEntries } from './store.ts';
import { afterPrefix, expiryHeight, expiryPrefix, KIND } from './store-keys.ts';

/** The block numbers at which private values end, kept in memory so that most blocks need not look. */
export class ExpirySchedule {
  readonly #store: Store;
  readonly #heights = new Set<number>();

  static async open(store: Store): Promise<ExpirySchedule> {
    const schedule = new ExpirySchedule(store);
    await schedule.reload();
    return schedule;
  }

  private constructor(store: Store) {
    this.#store = store;
  }

  /** Reads the stored entries again, after a revert or a reset. */
  async reload(): Promise<void> {
    this.#heights.clear();
    const prefix = Buffer.from(KIND.expiry);
    for await (const [key] of storeEntries(this.#store, { gte: prefix, lt: afterPrefix(prefix) })) {
      this.#heights.add(expiryHeight(key));
    }
  }

  add(height: number): void {
    this.#heights.add(height);
  }

  /** What ends with this block: database keys and the version that each value had. */
  async dueAt(height: number): Promise<readonly [Buffer, Buffer][]> {
    if (!this.#heights.has(height)) return [];
    const prefix = expiryPrefix(height);
    return Array.fromAsync(storeEntries(this.#store, { gte: prefix, lt: afterPrefix(prefix) }));
  }
}
