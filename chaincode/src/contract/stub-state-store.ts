import type { Context } from 'fabric-contract-api';
import type { StateStore, StateWrite, StoredValue } from '../ledger/state-store.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { batchLimitsOf, readBatch, recordCount, type ShimStub, writeBatch } from './state-batches.ts';

export type Stub = Context['stub'];

/** The world state through Fabric's stub, which answers an absent key with no bytes. */
export class StubStateStore implements StateStore {
  readonly #stub: Stub;

  constructor(stub: Stub) {
    this.#stub = stub;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return present(await this.#stub.getState(key));
  }

  async getMany(keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const { maxReads = 0 } = batchLimitsOf(this.#stub) ?? {};
    if (maxReads < 2 || keys.length < 2) return Promise.all(keys.map((key) => this.get(key)));
    const values: Uint8Array[] = [];
    for (let at = 0; at < keys.length; at += maxReads) {
      values.push(...(await readBatch(this.#stub as unknown as ShimStub, keys.slice(at, at + maxReads))));
    }
    if (values.length !== keys.length) throw new Error('the peer did not answer for every key');
    return values.map(present);
  }

  async scan(type: string, attributes: readonly string[], limit: number): Promise<readonly StoredValue[]> {
    const values: StoredValue[] = [];
    for await (const { key, value } of this.#stub.getStateByPartialCompositeKey(type, [...attributes])) {
      if (values.length >= limit) throw new MedQuorumError('MQ_LIMIT_REACHED', `more than ${limit} of ${type}`);
      values.push({ key, value });
    }
    return values;
  }

  async writeAll(writes: readonly StateWrite[]): Promise<void> {
    const { maxWrites = 0 } = batchLimitsOf(this.#stub) ?? {};
    if (maxWrites < 2 || writes.length < 2) {
      for (const write of writes) await this.#write(write);
      return;
    }
    for (const batch of batchesOf(writes, maxWrites)) await writeBatch(this.#stub as unknown as ShimStub, batch);
  }

  async getPrivate(collection: string, key: string): Promise<Uint8Array | undefined> {
    return present(await this.#stub.getPrivateData(collection, key));
  }

  async putPrivate(collection: string, key: string, value: Uint8Array): Promise<void> {
    await this.#stub.putPrivateData(collection, key, value);
  }

  async #write({ key, value, policy }: StateWrite): Promise<void> {
    await (value === null ? this.#stub.deleteState(key) : this.#stub.putState(key, value));
    if (policy !== undefined) await this.#stub.setStateValidationParameter(key, policy);
  }
}

function* batchesOf(writes: readonly StateWrite[], maxRecords: number): Generator<readonly StateWrite[]> {
  let batch: StateWrite[] = [];
  let records = 0;
  for (const write of writes) {
    const more = recordCount(write);
    if (records + more > maxRecords) {
      yield batch;
      batch = [];
      records = 0;
    }
    batch.push(write);
    records += more;
  }
  if (batch.length > 0) yield batch;
}

function present(value: Uint8Array): Uint8Array | undefined {
  return value.length === 0 ? undefined : value;
}
