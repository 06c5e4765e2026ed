import { DEFAULT_CLOCK_SKEW_SECONDS } from '@medquorum/chaincode/consortium/consortium-configuration';
import { parseLedgerKey } from '@medquorum/chaincode/ledger/ledger-key';
import { LedgerSession } from '@medquorum/chaincode/ledger/ledger-session';
import type { StoredValue } from '@medquorum/chaincode/ledger/state-store';
import { CHAINCODE_NAME, type TransactionFacts } from '@medquorum/chaincode/ledger/transaction';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { pruneNonces } from '@medquorum/chaincode/registry/prune-nonces';
import { pruneNoncesArgs } from '@medquorum/chaincode/registry/registry-args';
import { ENTRY_OPERATIONS } from './entry-operations.ts';
import type { BlockTransaction } from './parse-block.ts';
import { RerunStore, type StateReader } from './rerun-store.ts';
import type { StateRow, StateRows } from './state-rows.ts';
import { verifyHidden } from './verify-hidden.ts';

/**
 * Does a valid transaction again on this organisation's own state: author signatures, rules, decisions. What it wrote
 * must be what comes out, byte for byte, key policies included. A majority of endorsers that forged a decision, an
 * attestation or a consent is found out here, by everyone who reads blocks.
 *
 * A valid transaction read the state that stands before it (else it had failed MVCC), so it comes out the same.
 *
 * @returns why not to trust what it wrote, or null
 */
export async function verifyTransaction(transaction: BlockTransaction, rows: StateRows): Promise<string | null> {
  const { invocation, reads } = transaction;
  if (invocation === undefined) return 'not-an-invocation';
  for (const key of reads) {
    const row = await rows.get(key);
    if (row !== null && row.flaw !== null) return restsOn(key);
  }
  const reader = new RowReader(rows);
  const store = new RerunStore(reader);
  try {
    await rerun(transaction, store);
  } catch (error) {
    if (reader.fault !== undefined) throw reader.fault;
    if (error instanceof RestsOnFlaw) return error.message;
    // Whatever valid transactions carry, block after block has to be read: what nobody foresaw is a flaw as well.
    if (!(error instanceof MedQuorumError)) return 'MQ_STATE_INVALID';
    const hidden = transaction.collections.length > 0 && error.code === 'MQ_TRANSIENT_MISSING';
    return hidden ? verifyWithoutPrivate(transaction, rows) : error.code;
  }
  return sameWrites(transaction, store) ? null : 'writes-differ';
}

async function rerun(transaction: BlockTransaction, store: RerunStore): Promise<void> {
  const { functionName = '', args = [] } = transaction.invocation ?? {};
  const json = args[0] ?? '';
  const tx = factsOf(transaction);
  if (functionName === 'registry:pruneNonces') return rerunPruning(tx, store, json);
  const run = ENTRY_OPERATIONS.get(functionName);
  if (run === undefined) throw new MedQuorumError('MQ_INPUT_INVALID', 'no such function');
  // The transaction's own time stands for the clock: endorsers have held it to theirs, and nobody can any more.
  await run({ tx, store, nowMs: tx.timeMs, veto: () => {} }, json);
}

/** What travelled in transient data is not in the block. */
async function verifyWithoutPrivate(transaction: BlockTransaction, rows: StateRows): Promise<string | null> {
  const reader = new RowReader(rows);
  try {
    return await verifyHidden(transaction, factsOf(transaction), reader);
  } catch (error) {
    if (reader.fault !== undefined) throw reader.fault;
    if (error instanceof RestsOnFlaw) return error.message;
    return error instanceof MedQuorumError ? error.code : 'MQ_INPUT_INVALID';
  }
}

function factsOf({ channel, txId, timeMs, submitterMspId }: BlockTransaction): TransactionFacts {
  return { channel, chaincode: CHAINCODE_NAME, txId, timeMs, submitterMspId, transient: new Map() };
}

async function rerunPruning(tx: TransactionFacts, store: RerunStore, json: string): Promise<void> {
  const session = new LedgerSession(store);
  const state = await session.get('configuration');
  const skewSeconds = state?.configuration.clockSkewSeconds ?? DEFAULT_CLOCK_SKEW_SECONDS;
  await pruneNonces(session, tx, skewSeconds, pruneNoncesArgs(JSON.parse(json), 'args'));
  await session.flush();
}

function sameWrites({ writes, policies }: BlockTransaction, store: RerunStore): boolean {
  if (writes.length !== store.writes.size || policies.length !== store.policies.size) return false;
  const equal = (a: Uint8Array | null | undefined, b: Uint8Array | null) =>
    a === b || (a instanceof Uint8Array && b !== null && Buffer.compare(a, b) === 0);
  return (
    writes.every(({ key, value }) => store.writes.has(key) && equal(store.writes.get(key), value)) &&
    policies.every(({ key, policy }) => equal(store.policies.get(key), policy))
  );
}

/** What rests on something that failed verification is not better than it. */
class RestsOnFlaw extends Error {
  override readonly name = 'RestsOnFlaw';
}

function restsOn(key: string): string {
  return `rests-on:${parseLedgerKey(key)?.type ?? 'unknown'}`;
}

/**
 * The reads that a transaction declares are its endorsers' word, and ranges are not among them: whatever is read in
 * doing it again is held to its verification too.
 */
class RowReader implements StateReader {
  /** The database failed: that says nothing of the transaction. */
  fault: unknown;
  readonly #rows: StateRows;

  constructor(rows: StateRows) {
    this.#rows = rows;
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const row = await this.#asked(this.#rows.get(key));
    return row === null ? undefined : bytesOf(key, row);
  }

  async scan(type: string, attributes: readonly string[]): Promise<readonly StoredValue[]> {
    const found = await this.#asked(this.#rows.scan(type, attributes));
    return found.map(({ key, row }) => ({ key, value: bytesOf(key, row) }));
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.fault = error;
      throw error;
    }
  }
}

function bytesOf(key: string, { doc, flaw }: Pick<StateRow, 'doc' | 'flaw'>): Uint8Array {
  if (flaw !== null) throw new RestsOnFlaw(restsOn(key));
  return Buffer.from(doc);
}
