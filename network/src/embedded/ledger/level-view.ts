import { decodeRecord } from './state-record.ts';
import type { HashEntry, PrivateEntry, PrivateRow, StateEntry, StateRow, StateView } from './state-view.ts';
import { type Store, type StoreSnapshot, storeEntries } from './store.ts';
import { afterPrefix, hashKey, privateKey, stateKey } from './store-keys.ts';

/** The state in one snapshot of the store, shared by every simulation that starts at the same height. */
export class LevelView implements StateView {
  readonly height: number;
  readonly #store: Store;
  readonly #snapshot: StoreSnapshot;
  readonly #release: () => void;
  #closed = false;

  constructor(store: Store, snapshot: StoreSnapshot, height: number, release: () => void) {
    this.#store = store;
    this.#snapshot = snapshot;
    this.height = height;
    this.#release = release;
  }

  get(namespace: string, key: string): StateEntry | undefined {
    return this.#read(stateKey(namespace, key));
  }

  async *range(namespace: string, start: string, end: string): AsyncIterableIterator<StateRow> {
    yield* this.#scan(stateKey(namespace, ''), start, end);
  }

  privateHash(namespace: string, collection: string, keyHash: Uint8Array): HashEntry | undefined {
    const record = this.#read(hashKey(namespace, collection, keyHash));
    return record && { valueHash: record.value, metadata: record.metadata, version: record.version };
  }

  getPrivate(mspId: string, namespace: string, collection: string, key: string): PrivateEntry | undefined {
    return this.#read(privateKey(mspId, namespace, collection, key));
  }

  async *privateRange(
    mspId: string,
    namespace: string,
    collection: string,
    start: string,
    end: string,
  ): AsyncIterableIterator<PrivateRow> {
    yield* this.#scan(privateKey(mspId, namespace, collection, ''), start, end);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }

  #read(databaseKey: Buffer): StateEntry | undefined {
    const bytes = this.#store.getSync(databaseKey, { snapshot: this.#snapshot });
    return bytes === undefined ? undefined : decodeRecord(databaseKey, bytes);
  }

  async *#scan(prefix: Buffer, start: string, end: string): AsyncGenerator<StateRow, void, undefined> {
    const gte = Buffer.concat([prefix, Buffer.from(start)]);
    const lt = end === '' ? afterPrefix(prefix) : Buffer.concat([prefix, Buffer.from(end)]);
    if (Buffer.compare(gte, lt) >= 0) return;
    for await (const [databaseKey, bytes] of storeEntries(this.#store, { gte, lt, snapshot: this.#snapshot })) {
      yield { key: databaseKey.toString('utf8', prefix.length), ...decodeRecord(databaseKey, bytes) };
    }
  }
}
