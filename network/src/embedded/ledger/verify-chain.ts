import { type BlockParts, commitHash } from './block-codec.ts';
import { dataHash, headerHash } from './block-hash.ts';
import { decodeEnvelopeHead, type EnvelopeHead, resultsOf } from './endorser-transaction.ts';
import type { CollectionDirectory, LedgerSnapshot, TransactionLocation } from './ledger.ts';
import { LedgerError } from './ledger-error.ts';
import { decodeHead, EMPTY_HEAD, type LedgerHead } from './ledger-head.ts';
import type { VerifiedChain } from './level-ledger.ts';
import { sameVersion, type Version } from './read-write-set.ts';
import { decodeReadWriteSet } from './read-write-set-codec.ts';
import { decodeRecord, type StateRecord } from './state-record.ts';
import { type LatestState, StateUpdates } from './state-updates.ts';
import { type Store, storeEntries } from './store.ts';
import { afterPrefix, hashKey, headKey, historyKey, KIND, stateKey } from './store-keys.ts';
import { decodeStoredBlock, readStoredBlock } from './stored-block.ts';
import { findLocation } from './transaction-index.ts';

const ENDORSER_TRANSACTION = 3; // common.HeaderType
const VALID = 0; // peer.TxValidationCode

/**
 * Replays the stored chain: every header links to the one before, every data hash and commit hash is what the block's content
 * gives, and the public state stored is the state that the valid transactions leave.
 * @throws LedgerError LEDGER_CORRUPT
 */
export async function verifyChain(store: Store, collections: CollectionDirectory): Promise<VerifiedChain> {
  const stored = store.getSync(headKey());
  const head = stored === undefined ? EMPTY_HEAD : decodeHead(stored);
  const replay = new Replay(store, collections);
  for (let number = 0; number < head.height; number++) {
    const bytes = readStoredBlock(store, number);
    if (bytes === undefined) throw new LedgerError('LEDGER_CORRUPT', `block ${number} is missing`);
    replay.add(number, bytes);
  }
  if (!replay.isAt(head))
    throw new LedgerError('LEDGER_CORRUPT', `the chain of ${head.height} blocks does not end where it should`);
  await verifyState(store, replay.state);
  await verifyCount(store, KIND.transaction, replay.transactions);
  await verifyCount(store, KIND.history, replay.modifications);
  return { head, headerHashes: replay.headerHashes, snapshots: await storedSnapshots(store) };
}

/** The state that the blocks so far leave: what is kept of a key is enough to compare, not to serve. */
type ReplayedState = Map<string, StateRecord>;

class Replay {
  readonly #collections: CollectionDirectory;
  /** Height at which a private value's hash is over, to its key and version. */
  readonly #expiries = new Map<number, { key: string; version: Version }[]>();
  readonly headerHashes: Buffer[] = [];
  readonly state: ReplayedState = new Map();
  /** Distinct transaction ids, and writes by valid transactions: what the two indexes hold. */
  transactions = 0;
  modifications = 0;
  readonly #store: Store;
  #commitHash: Uint8Array = new Uint8Array(0);
  readonly #latest: LatestState = {
    get: (namespace, key) => this.state.get(stateKey(namespace, key).toString('latin1')),
    privateHash: (namespace, collection, keyHash) => {
      const record = this.state.get(hashKey(namespace, collection, keyHash).toString('latin1'));
      return record && { ...record, valueHash: record.value };
    },
  };

  constructor(store: Store, collections: CollectionDirectory) {
    this.#store = store;
    this.#collections = collections;
  }

  add(number: number, bytes: Buffer): void {
    const block = decodeStoredBlock(number, bytes);
    const previous = this.headerHashes.at(-1) ?? Buffer.alloc(0);
    check(block.number === number, number, 'carries another number');
    check(previous.equals(block.previousHash), number, 'does not follow the block before it');
    check(dataHash(block.envelopes).equals(block.dataHash), number, 'has other data than its header says');
    check(block.filter.length === block.envelopes.length, number, 'has a transactions filter of another length');
    const updates = this.#updatesOf(block);
    if (number > 0) {
      const expected = commitHash(block.filter, updates.deterministicBytes(), this.#commitHash);
      check(expected.equals(block.commitHash), number, 'has another commit hash than its transactions give');
    }
    this.#commitHash = block.commitHash;
    this.headerHashes.push(headerHash(number, block.previousHash, block.dataHash));
    this.#expire(number);
    this.#apply(number, updates);
  }

  isAt(head: LedgerHead): boolean {
    return (
      head.headerHash.equals(this.headerHashes.at(-1) ?? Buffer.alloc(0)) && head.commitHash.equals(this.#commitHash)
    );
  }

  #updatesOf({ number, envelopes, filter }: BlockParts): StateUpdates {
    const updates = new StateUpdates(this.#latest);
    for (const [tx, envelope] of envelopes.entries()) {
      const code = filter[tx] ?? VALID;
      const head = headOf(envelope);
      if (head !== undefined) this.#checkIndexed(head.txId, { blockNumber: number, index: tx, code });
      if (head?.type !== ENDORSER_TRANSACTION || code !== VALID) continue;
      const sets = decodeReadWriteSet(resultsOf(head.data));
      updates.apply(sets, { block: number, tx });
      for (const set of sets) for (const { key } of set.writes) this.#checkHistory(set.namespace, key, number, tx);
    }
    return updates;
  }

  /** The index knows the first occurrence of each id. */
  #checkIndexed(txId: string, { blockNumber, index, code }: TransactionLocation): void {
    const found = findLocation(this.#store, txId);
    if (found === undefined) {
      check(code !== VALID || txId === '', blockNumber, 'has a valid transaction that the index lacks');
      return; // an id that validation could not read is not indexed
    }
    const isFirst = found.blockNumber === blockNumber && found.index === index;
    const isEarlier = found.blockNumber < blockNumber || (found.blockNumber === blockNumber && found.index < index);
    check(
      isEarlier || (isFirst && found.code === code),
      blockNumber,
      'has a transaction that the index places elsewhere',
    );
    if (isFirst) this.transactions++;
  }

  #checkHistory(namespace: string, key: string, block: number, tx: number): void {
    check(
      this.#store.getSync(historyKey(namespace, key, block, tx)) !== undefined,
      block,
      'has a write that history lacks',
    );
    this.modifications++;
  }

  #expire(number: number): void {
    for (const { key, version } of this.#expiries.get(number) ?? []) {
      if (sameVersion(this.state.get(key)?.version, version)) this.state.delete(key);
    }
    this.#expiries.delete(number);
  }

  #apply(number: number, updates: StateUpdates): void {
    const set = (key: Buffer, record: { value: Uint8Array | undefined } & Omit<StateRecord, 'value'>): void => {
      const { value, metadata, version } = record;
      if (value === undefined) this.state.delete(key.toString('latin1'));
      else this.state.set(key.toString('latin1'), { value: Buffer.from(value), metadata, version });
    };
    for (const [namespace, key, update] of updates.keys()) set(stateKey(namespace, key), update);
    for (const [namespace, collection, update] of updates.hashes()) {
      const key = hashKey(namespace, collection, update.keyHash);
      set(key, update);
      const blocks = this.#collections.blockToLive(namespace, collection);
      if (blocks === 0 || update.value === undefined) continue;
      const expiresAt = number + blocks + 1;
      const entry = { key: key.toString('latin1'), version: update.version };
      this.#expiries.set(expiresAt, [...(this.#expiries.get(expiresAt) ?? []), entry]);
    }
  }
}

/** Stored and replayed state are the same, key by key; every stored private value still has its checksum. */
async function verifyState(store: Store, replayed: ReplayedState): Promise<void> {
  let count = 0;
  for (const kind of [KIND.state, KIND.hash]) {
    for await (const [key, bytes] of entriesOf(store, kind)) {
      const stored = decodeRecord(key, bytes);
      const expected = replayed.get(key.toString('latin1'));
      if (expected === undefined || !sameRecord(stored, expected)) {
        throw new LedgerError('LEDGER_CORRUPT', `a stored value of kind '${kind}' is not what the chain gives`);
      }
      count++;
    }
  }
  if (count !== replayed.size)
    throw new LedgerError('LEDGER_CORRUPT', `${replayed.size - count} stored values are missing`);
  for await (const [key, bytes] of entriesOf(store, KIND.privateValue)) decodeRecord(key, bytes);
}

const sameRecord = (a: StateRecord, b: StateRecord): boolean =>
  sameVersion(a.version, b.version) &&
  a.value.equals(b.value) &&
  a.metadata.length === b.metadata.length &&
  a.metadata.every(({ name, value }, index) => {
    const other = b.metadata[index];
    return other !== undefined && other.name === name && Buffer.compare(value, other.value) === 0;
  });

async function storedSnapshots(store: Store): Promise<LedgerSnapshot[]> {
  const snapshots: LedgerSnapshot[] = [];
  for await (const [key, height] of entriesOf(store, KIND.snapshot)) {
    snapshots.push({ id: key.toString('utf8', KIND.snapshot.length), height: Number(height.readBigUInt64BE(0)) });
  }
  return snapshots.sort((a, b) => a.height - b.height);
}

function entriesOf(store: Store, kind: string): AsyncGenerator<[Buffer, Buffer], void, undefined> {
  const prefix = Buffer.from(kind);
  return storeEntries(store, { gte: prefix, lt: afterPrefix(prefix) });
}

/** undefined for bytes that are no envelope: such a transaction is on the chain, but nowhere else. */
function headOf(envelope: Uint8Array): EnvelopeHead | undefined {
  try {
    return decodeEnvelopeHead(envelope);
  } catch {
    return undefined;
  }
}

async function verifyCount(store: Store, kind: string, expected: number): Promise<void> {
  let count = 0;
  for await (const _entry of entriesOf(store, kind)) count++;
  if (count !== expected)
    throw new LedgerError('LEDGER_CORRUPT', `index '${kind}' has ${count} entries instead of ${expected}`);
}

function check(condition: boolean, number: number, what: string): void {
  if (!condition) throw new LedgerError('LEDGER_CORRUPT', `block ${number} ${what}`);
}
