/** What the chaincode needs of the world state; `contract/stub-state-store.ts` has it over Fabric's stub. */
export interface StateStore {
  /** The committed value; undefined where there is none. Never this transaction's own writes. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** As {@link get} for each key, in their order; cheaper than one by one. */
  getMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** All committed keys whose type and first attributes are these, in key order. At most `limit`, or it throws. */
  scan(type: string, attributes: readonly string[], limit: number): Promise<readonly StoredValue[]>;
  writeAll(writes: readonly StateWrite[]): Promise<void>;
  getPrivate(collection: string, key: string): Promise<Uint8Array | undefined>;
  putPrivate(collection: string, key: string, value: Uint8Array): Promise<void>;
}

export type StoredValue = Readonly<{ key: string; value: Uint8Array }>;
/** `value` null deletes the key; `policy` is the key's endorsement policy from now on. */
export type StateWrite = Readonly<{ key: string; value: Uint8Array | null; policy?: Uint8Array }>;
