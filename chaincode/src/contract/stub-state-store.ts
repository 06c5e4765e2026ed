import type { Context } from 'fabric-contract-api';
import type { StateStore, StoredValue } from '../ledger/state-store.ts';
import { MedQuorumError } from '../medquorum-error.ts';

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

  async scan(type: string, attributes: readonly string[], limit: number): Promise<readonly StoredValue[]> {
    const values: StoredValue[] = [];
    for await (const { key, value } of this.#stub.getStateByPartialCompositeKey(type, [...attributes])) {
      if (values.length >= limit) throw new MedQuorumError('MQ_LIMIT_REACHED', `more than ${limit} of ${type}`);
      values.push({ key, value });
    }
    return values;
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    await this.#stub.putState(key, value);
  }

  async delete(key: string): Promise<void> {
    await this.#stub.deleteState(key);
  }

  async setEndorsementPolicy(key: string, policy: Uint8Array): Promise<void> {
    await this.#stub.setStateValidationParameter(key, policy);
  }

  async getPrivate(collection: string, key: string): Promise<Uint8Array | undefined> {
    return present(await this.#stub.getPrivateData(collection, key));
  }

  async putPrivate(collection: string, key: string, value: Uint8Array): Promise<void> {
    await this.#stub.putPrivateData(collection, key, value);
  }
}

function present(value: Uint8Array): Uint8Array | undefined {
  return value.length === 0 ? undefined : value;
}
