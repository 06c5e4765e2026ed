import { MedQuorumError } from '../medquorum-error.ts';
import { parseLedgerKey } from './ledger-key.ts';
import { decodeState, encodeState, KEYS, keyOf, type State, type StateKind, type StateOf } from './state.ts';
import type { StateStore } from './state-store.ts';

type KeyAttributes<K extends StateKind> = Parameters<(typeof KEYS)[K]>;
type Write = { item: number; value: Uint8Array | null; policy?: Uint8Array };
type PrivateWrite = { item: number; collection: string; key: string; value: Uint8Array };

/**
 * One transaction's view of the ledger. Reads go to the committed state, each key once; writes are held back until
 * every item of the list has passed, because Fabric shows no transaction its own writes. An item that touches what an
 * earlier one writes would therefore work on old state: it is refused, and its carrier sends it in the next transaction.
 */
export class LedgerSession {
  readonly #store: StateStore;
  readonly #reads = new Map<string, Promise<State | undefined>>();
  /** Bytes that are decoded when an item asks for them: what is wrong with them is that item's failure. */
  readonly #prefetched = new Map<string, Uint8Array | undefined>();
  readonly #writes = new Map<string, Write>();
  readonly #privateWrites = new Map<string, PrivateWrite>();
  #item = 0;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** What follows belongs to item `index` of the list. */
  beginItem(index: number): void {
    this.#item = index;
  }

  /** @throws MedQuorumError `MQ_BATCH_CONFLICT`, `MQ_STATE_INVALID` */
  async get<K extends StateKind>(kind: K, ...attributes: KeyAttributes<K>): Promise<StateOf<K> | undefined> {
    const key = (KEYS[kind] as (...attributes: KeyAttributes<K>) => string)(...attributes);
    this.#refuseIfWritten(key);
    let read = this.#reads.get(key);
    if (read === undefined) {
      read = this.#read(key);
      this.#reads.set(key, read);
    }
    return (await read) as StateOf<K> | undefined;
  }

  /**
   * Reads what items of the list are known to ask for, all at once. Only keys that the list reads anyway if it passes:
   * one more would be one more conflict.
   */
  async prefetch(keys: Iterable<string>): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#reads.has(key));
    const values = await this.#store.getMany(missing);
    for (const [i, key] of missing.entries()) this.#prefetched.set(key, values[i]);
  }

  /**
   * All states of a kind whose keys start with these attributes, in key order.
   *
   * @throws MedQuorumError `MQ_LIMIT_REACHED` beyond `limit`, and as {@link get}
   */
  async list<K extends StateKind>(
    kind: K,
    attributes: readonly string[],
    limit: number,
  ): Promise<readonly StateOf<K>[]> {
    for (const key of this.#writes.keys()) {
      const { type, attributes: written = [] } = parseLedgerKey(key) ?? {};
      if (type === kind && attributes.every((attribute, i) => written[i] === attribute)) this.#refuseIfWritten(key);
    }
    const values = await this.#store.scan(kind, attributes, limit);
    return values.map(({ key, value }) => decodeState(key, value) as StateOf<K>);
  }

  /** @param policy of the key from now on; absent: as it is */
  put(state: State, policy?: Uint8Array): void {
    const key = keyOf(state);
    this.#refuseIfWritten(key);
    this.#writes.set(key, { item: this.#item, value: encodeState(state), ...(policy && { policy }) });
  }

  delete<K extends StateKind>(kind: K, ...attributes: KeyAttributes<K>): void {
    const key = (KEYS[kind] as (...attributes: KeyAttributes<K>) => string)(...attributes);
    this.#refuseIfWritten(key);
    this.#writes.set(key, { item: this.#item, value: null });
  }

  /** The value in a private collection; endorsers outside it cannot answer. */
  async getPrivate(collection: string, key: string): Promise<Uint8Array | undefined> {
    if (this.#privateWrites.has(privateId(collection, key))) throw conflict();
    return this.#store.getPrivate(collection, key);
  }

  putPrivate(collection: string, key: string, value: Uint8Array): void {
    const id = privateId(collection, key);
    if (this.#privateWrites.has(id)) throw conflict();
    this.#privateWrites.set(id, { item: this.#item, collection, key, value });
  }

  /** Writes everything. Nothing may be read afterwards. */
  async flush(): Promise<void> {
    await this.#store.writeAll(
      Array.from(this.#writes, ([key, { value, policy }]) => ({ key, value, ...(policy && { policy }) })),
    );
    for (const { collection, key, value } of this.#privateWrites.values()) {
      await this.#store.putPrivate(collection, key, value);
    }
  }

  async #read(key: string): Promise<State | undefined> {
    const value = this.#prefetched.has(key) ? this.#prefetched.get(key) : await this.#store.get(key);
    return value === undefined ? undefined : decodeState(key, value);
  }

  #refuseIfWritten(key: string): void {
    const write = this.#writes.get(key);
    if (write !== undefined && write.item !== this.#item) throw conflict();
  }
}

function conflict(): MedQuorumError {
  return new MedQuorumError('MQ_BATCH_CONFLICT', 'touches a key that an earlier item of the list writes');
}

function privateId(collection: string, key: string): string {
  return `${collection}\n${key}`;
}
