import type { KeyModification, TransactionLocation } from '../ledger/ledger.ts';
import { decodeCollectionWrites, decodePrivateWrites } from '../ledger/private-write-set.ts';
import { VALIDATION_PARAMETER } from '../ledger/read-write-set.ts';
import { compositeKey, compositeKeyEnd, splitCompositeKey, validateSimpleKeys } from './composite-key.ts';
import { LedgerRequests } from './ledger-requests.ts';
import { LocalCommitError } from './local-commit-error.ts';
import { type AsyncQuery, LocalIterator, type PagedQuery, type PagedResult, queryOf } from './local-iterator.ts';
import { LocalSeconds } from './local-seconds.ts';
import type { LocalChannel, LocalResponse } from './local-stub.ts';
import { QueryCursors } from './query-cursors.ts';
import type { RowScan, ScannedRow } from './range-scan.ts';
import { SimulationError } from './simulation-error.ts';
import { type SimulationResult, TransactionSimulator } from './transaction-simulator.ts';

export type LocalTransaction = Readonly<{
  args: readonly Buffer[];
  creator: Readonly<{ mspid: string; idBytes: Uint8Array }>;
  transient: Readonly<Record<string, Uint8Array>>;
  timeMs: number;
  txId: string;
  mspId: string;
}>;

export type LocalWrite = Readonly<{ key: string; value: Buffer; isDelete: boolean }>;
export type LocalPrivateWrite = LocalWrite & Readonly<{ collection: string }>;
export type LocalEvent = Readonly<{ name: string; payload: Buffer }>;

/** The shim sends an open range start as this character, which leaves composite keys out. */
const EMPTY_KEY_SUBSTITUTE = '\u0001';

/**
 * One transaction of a LocalChannel, with the methods of fabric-shim's ChaincodeStub. Reads do not see the transaction's own
 * writes. After the contract has returned, `commit` applies the writes as a block; before that, `writes`, `keyPolicies`,
 * `privateWrites` and `event` show what it did. A stub that is not committed leaves no trace.
 */
export class LocalStub {
  readonly #channel: LocalChannel;
  readonly #transaction: LocalTransaction;
  readonly #chaincode: string;
  readonly #simulator: TransactionSimulator;
  readonly #requests: LedgerRequests;
  readonly #rows = new QueryCursors<ScannedRow>();
  readonly #modifications = new QueryCursors<KeyModification>();
  #event: LocalEvent | undefined;
  #result: SimulationResult | undefined;
  #committed = false;

  constructor(
    channel: LocalChannel,
    transaction: LocalTransaction,
    caller?: { simulator: TransactionSimulator; chaincode: string },
  ) {
    this.#channel = channel;
    this.#transaction = transaction;
    this.#chaincode = caller?.chaincode ?? channel.chaincode;
    const { ledger, directory } = channel;
    this.#simulator =
      caller?.simulator ??
      new TransactionSimulator({
        view: ledger.view(),
        mspId: transaction.mspId,
        txId: transaction.txId,
        findCollection: directory.findCollection,
        hasCollections: (chaincode) => directory.get(chaincode) !== undefined,
      });
    this.#requests = new LedgerRequests({
      simulator: this.#simulator,
      channelId: channel.channelId,
      namespace: this.#chaincode,
      creatorMspId: transaction.creator.mspid,
      findCollection: directory.findCollection,
      history: (namespace, key) => ledger.history(namespace, key, this.#simulator.view.height),
    });
  }

  getArgs(): string[] {
    return this.getStringArgs();
  }
  getStringArgs(): string[] {
    return this.#transaction.args.map((arg) => arg.toString());
  }
  getBufferArgs(): Buffer[] {
    return [...this.#transaction.args];
  }
  getFunctionAndParameters(): { fcn: string; params: string[] } {
    const [fcn = '', ...params] = this.getStringArgs();
    return { fcn, params };
  }
  getTxID(): string {
    return this.#transaction.txId;
  }
  getChannelID(): string {
    return this.#channel.channelId;
  }
  getMspID(): string {
    return this.#transaction.mspId;
  }
  getCreator(): { mspid: string; idBytes: Uint8Array } {
    return { ...this.#transaction.creator };
  }
  getTransient(): Map<string, Buffer> {
    return new Map(Object.entries(this.#transaction.transient).map(([name, value]) => [name, Buffer.from(value)]));
  }
  /** `seconds` converts like the `Long` of the shim: `toNumber()`, `toString()`, `Number(...)`. */
  getTxTimestamp(): { seconds: LocalSeconds; nanos: number } {
    const { timeMs } = this.#transaction;
    return { seconds: new LocalSeconds(Math.floor(timeMs / 1000)), nanos: (timeMs % 1000) * 1_000_000 };
  }
  getDateTimestamp(): Date {
    return new Date(this.#transaction.timeMs);
  }

  async getState(key: string): Promise<Buffer> {
    return this.#ask('GET_STATE', () => Buffer.from(this.#requests.get('', key)));
  }
  async putState(key: string, value: Uint8Array | string): Promise<Buffer> {
    return this.#tell('PUT_STATE', () => this.#requests.put('', key, Buffer.from(value)));
  }
  async deleteState(key: string): Promise<Buffer> {
    return this.#tell('DEL_STATE', () => this.#requests.delete('', key));
  }
  async setStateValidationParameter(key: string, policy: Uint8Array): Promise<Buffer> {
    return this.#setPolicy('', key, policy);
  }
  async getStateValidationParameter(key: string): Promise<Buffer | undefined> {
    return this.#getPolicy('', key);
  }

  getStateByRange(startKey: string, endKey: string): AsyncQuery<ScannedRow> {
    return queryOf(async () => {
      const start = startKey || EMPTY_KEY_SUBSTITUTE;
      validateSimpleKeys(start, endKey);
      return this.#range('', start, endKey);
    });
  }
  getStateByRangeWithPagination(
    startKey: string,
    endKey: string,
    pageSize: number,
    bookmark = '',
  ): PagedQuery<ScannedRow> {
    return queryOf(async () => {
      const start = startKey || EMPTY_KEY_SUBSTITUTE;
      validateSimpleKeys(start, endKey);
      return this.#page(start, endKey, pageSize, bookmark);
    });
  }
  getStateByPartialCompositeKey(objectType: string, attributes: readonly string[]): AsyncQuery<ScannedRow> {
    const start = compositeKey(objectType, attributes);
    return queryOf(() => this.#range('', start, compositeKeyEnd(start)));
  }
  getStateByPartialCompositeKeyWithPagination(
    objectType: string,
    attributes: readonly string[],
    pageSize: number,
    bookmark = '',
  ): PagedQuery<ScannedRow> {
    const start = compositeKey(objectType, attributes);
    return queryOf(() => this.#page(start, compositeKeyEnd(start), pageSize, bookmark));
  }
  getQueryResult(_query: string): AsyncQuery<ScannedRow> {
    return queryOf(async () => this.#ask('GET_QUERY_RESULT', () => this.#requests.refuseRichQuery('')));
  }
  getHistoryForKey(key: string): AsyncQuery<KeyModification> {
    return queryOf(async () =>
      LocalIterator.open(this.#modifications, await this.#modifications.open(this.#requests.getHistory(key))),
    );
  }

  createCompositeKey(objectType: string, attributes: readonly string[]): string {
    return compositeKey(objectType, attributes);
  }
  splitCompositeKey(key: string): { objectType: string | null; attributes: string[] } {
    return splitCompositeKey(key);
  }

  async getPrivateData(collection: string, key: string): Promise<Buffer> {
    return this.#ask('GET_STATE', () => Buffer.from(this.#requests.get(collection, key)));
  }
  async getPrivateDataHash(collection: string, key: string): Promise<Buffer> {
    return this.#ask('GET_PRIVATE_DATA_HASH', () => Buffer.from(this.#requests.getHash(collection, key)));
  }
  async putPrivateData(collection: string, key: string, value: Uint8Array | string): Promise<Buffer> {
    return this.#tell('PUT_STATE', () => this.#requests.put(collection, key, Buffer.from(value)));
  }
  async deletePrivateData(collection: string, key: string): Promise<Buffer> {
    return this.#tell('DEL_STATE', () => this.#requests.delete(collection, key));
  }
  async purgePrivateData(collection: string, key: string): Promise<Buffer> {
    return this.#tell('PURGE_PRIVATE_DATA', () => this.#requests.purge(collection, key));
  }
  async setPrivateDataValidationParameter(collection: string, key: string, policy: Uint8Array): Promise<Buffer> {
    return this.#setPolicy(collection, key, policy);
  }
  async getPrivateDataValidationParameter(collection: string, key: string): Promise<Buffer | undefined> {
    return this.#getPolicy(collection, key);
  }
  getPrivateDataByRange(collection: string, startKey: string, endKey: string): AsyncQuery<ScannedRow> {
    return queryOf(() => this.#range(collection, startKey || EMPTY_KEY_SUBSTITUTE, endKey));
  }
  getPrivateDataByPartialCompositeKey(
    collection: string,
    objectType: string,
    attributes: readonly string[],
  ): AsyncQuery<ScannedRow> {
    const start = compositeKey(objectType, attributes);
    return queryOf(() => this.#range(collection, start, compositeKeyEnd(start)));
  }

  setEvent(name: string, payload: Uint8Array): void {
    if (typeof name !== 'string' || name === '') throw new Error('Event name must be a non-empty string');
    this.#event = { name, payload: Buffer.from(payload) };
  }

  /** Calls a chaincode given to the channel; it shares this transaction's read-write set, its event is dropped. */
  async invokeChaincode(
    chaincode: string,
    args: readonly (string | Uint8Array)[],
    channel = '',
  ): Promise<LocalResponse> {
    const callee = this.#channel.callees.get(chaincode);
    if (callee === undefined || (channel !== '' && channel !== this.#channel.channelId)) {
      throw new SimulationError(
        `INVOKE_CHAINCODE failed: transaction ID: ${this.getTxID()}: chaincode ${chaincode} not found`,
      );
    }
    const transaction = { ...this.#transaction, args: args.map((arg) => Buffer.from(arg)) };
    return callee(new LocalStub(this.#channel, transaction, { simulator: this.#simulator, chaincode }));
  }

  /** Public writes of this chaincode in key order, the last of each key. */
  get writes(): readonly LocalWrite[] {
    const own = this.#simulation().publicSet.find((set) => set.namespace === this.#chaincode);
    return (own?.writes ?? []).map(({ key, value, isDelete }) => ({ key, value: Buffer.from(value), isDelete }));
  }
  /** Key policies set: key to `common.SignaturePolicyEnvelope` bytes (no bytes: removed). */
  get keyPolicies(): ReadonlyMap<string, Buffer> {
    const own = this.#simulation().publicSet.find((set) => set.namespace === this.#chaincode);
    return new Map(
      (own?.metadataWrites ?? []).map(({ key, entries }) => {
        const policy = entries.find((entry) => entry.name === VALIDATION_PARAMETER);
        return [key, Buffer.from(policy?.value ?? [])];
      }),
    );
  }
  /** Clear private writes in the order of collection and key. */
  get privateWrites(): readonly LocalPrivateWrite[] {
    const sets = decodePrivateWrites(this.#simulation().privateWrites ?? new Uint8Array(0));
    return sets
      .filter((set) => set.namespace === this.#chaincode)
      .flatMap((set) =>
        set.collections.flatMap(({ collection, bytes }) =>
          decodeCollectionWrites(bytes).writes.map(({ key, value, isDelete }) => ({
            collection,
            key,
            value: Buffer.from(value),
            isDelete,
          })),
        ),
      );
  }
  /** Public keys read, in order, with the version seen (undefined: absent). */
  get reads(): readonly Readonly<{ key: string; version: Readonly<{ block: number; tx: number }> | undefined }>[] {
    return this.#simulation().publicSet.find((set) => set.namespace === this.#chaincode)?.reads ?? [];
  }
  get event(): LocalEvent | undefined {
    return this.#event;
  }

  /**
   * Applies the writes as the next block; the stub cannot be used afterwards.
   * @throws LocalCommitError LOCAL_READ_CONFLICT, LOCAL_ALREADY_COMMITTED
   */
  async commit(): Promise<TransactionLocation> {
    if (this.#committed) throw new LocalCommitError('LOCAL_ALREADY_COMMITTED', 'the transaction is committed');
    const { publicSet, privateWrites } = this.#simulation();
    this.#committed = true;
    await this.discard();
    const { txId, timeMs } = this.#transaction;
    return this.#channel.commit({ txId, timeMs, readWriteSet: publicSet, privateWrites });
  }

  /** Ends the transaction without effect. */
  async discard(): Promise<void> {
    this.#simulation();
    await this.#rows.closeAll();
    await this.#modifications.closeAll();
    this.#simulator.close();
  }

  #simulation(): SimulationResult {
    if (!this.#committed) this.#result = this.#simulator.result();
    return this.#result ?? this.#simulator.result();
  }

  async #range(collection: string, start: string, end: string): Promise<LocalIterator<ScannedRow>> {
    const scan = this.#ask<RowScan>('GET_STATE_BY_RANGE', () => this.#requests.getRange(collection, start, end));
    return LocalIterator.open(this.#rows, await this.#rows.open(scan));
  }

  async #page(start: string, end: string, pageSize: number, bookmark: string): Promise<PagedResult<ScannedRow>> {
    if (pageSize === 0 && bookmark === '') return { iterator: await this.#range('', start, end) };
    const scan = this.#ask<RowScan>('GET_STATE_BY_RANGE', () =>
      this.#requests.getRangePage(start, end, pageSize, bookmark),
    );
    const batch = await this.#rows.openPage(scan, pageSize);
    const iterator = LocalIterator.open(this.#rows, batch);
    // Zero rows and no bookmark encode to no bytes at all: the shim then sees no metadata.
    if (batch.page === undefined || (batch.page.count === 0 && batch.page.bookmark === '')) return { iterator };
    return { iterator, metadata: { fetchedRecordsCount: batch.page.count, bookmark: batch.page.bookmark } };
  }

  #setPolicy(collection: string, key: string, policy: Uint8Array): Buffer {
    const entry = { name: VALIDATION_PARAMETER, value: Buffer.from(policy) };
    return this.#tell('PUT_STATE_METADATA', () => this.#requests.putMetadata(collection, key, entry));
  }

  #getPolicy(collection: string, key: string): Buffer | undefined {
    const entries = this.#ask('GET_STATE_METADATA', () => this.#requests.getMetadata(collection, key));
    const policy = entries.find((entry) => entry.name === VALIDATION_PARAMETER);
    return policy && Buffer.from(policy.value);
  }

  #tell(type: string, request: () => void): Buffer {
    this.#ask(type, request);
    return Buffer.alloc(0);
  }

  /** Refusals reach the contract with the prefix that a peer gives them. */
  #ask<T>(type: string, request: () => T): T {
    try {
      return request();
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error;
      throw new Error(`${type} failed: transaction ID: ${this.getTxID()}: ${error.message}`, { cause: error });
    }
  }
}
