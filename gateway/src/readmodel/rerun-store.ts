import type { StateStore, StateWrite, StoredValue } from '@medquorum/chaincode/ledger/state-store';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';

/** Committed state, as somebody sees it. */
export type StateReader = Readonly<{
  get(key: string): Promise<Uint8Array | undefined>;
  scan(type: string, attributes: readonly string[]): Promise<readonly StoredValue[]>;
}>;

/** A state store that keeps what is written to it apart, to be compared or thrown away. */
export class RerunStore implements StateStore {
  readonly writes = new Map<string, Uint8Array | null>();
  readonly policies = new Map<string, Uint8Array>();
  /** Collections read or written: their contents are not in blocks. */
  readonly collections = new Set<string>();
  readonly #reader: StateReader;

  constructor(reader: StateReader) {
    this.#reader = reader;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#reader.get(key);
  }

  getMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  async scan(type: string, attributes: readonly string[], limit: number): Promise<readonly StoredValue[]> {
    const found = await this.#reader.scan(type, attributes);
    if (found.length > limit) throw new MedQuorumError('MQ_LIMIT_REACHED', `more than ${limit} of ${type}`);
    return found;
  }

  async writeAll(writes: readonly StateWrite[]): Promise<void> {
    for (const { key, value, policy } of writes) {
      this.writes.set(key, value);
      if (policy !== undefined) this.policies.set(key, policy);
    }
  }

  async getPrivate(collection: string): Promise<Uint8Array | undefined> {
    this.collections.add(collection);
    throw new MedQuorumError('MQ_TRANSIENT_MISSING', 'what is private is not in blocks');
  }

  async putPrivate(collection: string): Promise<void> {
    this.collections.add(collection);
  }
}
