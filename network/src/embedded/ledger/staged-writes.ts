import { type Store, storeEntries } from './store.ts';
import { afterPrefix, KIND, stagedHeight } from './store-keys.ts';

/** Blocks after which the private writes of a transaction that was never committed are dropped (Fabric's default). */
export const STAGED_RETENTION_BLOCKS = 1000;

/** Removes private writes whose endorsement is older than the retention. */
export async function dropStaleStaged(store: Store, height: number): Promise<void> {
  const prefix = Buffer.from(KIND.staged);
  for await (const [key] of storeEntries(store, { gte: prefix, lt: afterPrefix(prefix) })) {
    if (stagedHeight(key) + STAGED_RETENTION_BLOCKS < height) await store.del(key);
  }
}
