import { DEFAULT_CLOCK_SKEW_SECONDS } from '@medquorum/chaincode/consortium/consortium-configuration';
import { resolveAuthor } from '@medquorum/chaincode/identity/author';
import { entry as entryShape } from '@medquorum/chaincode/ledger/entry';
import { parseLedgerKey } from '@medquorum/chaincode/ledger/ledger-key';
import { LedgerSession } from '@medquorum/chaincode/ledger/ledger-session';
import { CHAINCODE_NAME, type TransactionFacts } from '@medquorum/chaincode/ledger/transaction';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { pruneNonces } from '@medquorum/chaincode/registry/prune-nonces';
import { pruneNoncesArgs } from '@medquorum/chaincode/registry/registry-args';
import { ENTRY_OPERATIONS } from './entry-operations.ts';
import type { BlockTransaction } from './parse-block.ts';
import { RerunStore, type StateReader } from './rerun-store.ts';
import type { StateRows } from './state-rows.ts';

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
    // What rests on something that failed verification is not better than it.
    if (row !== null && row.flaw !== null) return `rests-on:${parseLedgerKey(key)?.type ?? 'unknown'}`;
  }
  const store = new RerunStore(readerOf(rows));
  try {
    await rerun(transaction, store);
  } catch (error) {
    if (!(error instanceof MedQuorumError)) throw error;
    const hidden = transaction.collections.length > 0 && error.code === 'MQ_TRANSIENT_MISSING';
    return hidden ? verifySignatures(transaction, rows) : error.code;
  }
  return sameWrites(transaction, store) ? null : 'writes-differ';
}

async function rerun(transaction: BlockTransaction, store: RerunStore): Promise<void> {
  const { invocation, txId, timeMs, submitterMspId, channel } = transaction;
  const { functionName = '', args = [] } = invocation ?? {};
  const json = args[0] ?? '';
  const tx: TransactionFacts = {
    channel,
    chaincode: CHAINCODE_NAME,
    txId,
    timeMs,
    submitterMspId,
    transient: new Map(),
  };
  if (functionName === 'registry:pruneNonces') return rerunPruning(tx, store, json);
  const run = ENTRY_OPERATIONS.get(functionName);
  if (run === undefined) throw new MedQuorumError('MQ_INPUT_INVALID', 'no such function');
  // The transaction's own time stands for the clock: endorsers have held it to theirs, and nobody can any more.
  await run({ tx, store, nowMs: timeMs, veto: () => {} }, json);
}

/** What travelled in transient data is not in the block: of such entries the authors are verified, and no more. */
async function verifySignatures(
  { invocation, submitterMspId }: BlockTransaction,
  rows: StateRows,
): Promise<string | null> {
  const session = new LedgerSession(new RerunStore(readerOf(rows)));
  try {
    const entries = JSON.parse(invocation?.args[0] ?? '') as readonly unknown[];
    for (const value of entries) await resolveAuthor(session, submitterMspId, entryShape(value, 'entry'), false);
    return null;
  } catch (error) {
    return error instanceof MedQuorumError ? error.code : 'MQ_INPUT_INVALID';
  }
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

function readerOf(rows: StateRows): StateReader {
  return {
    get: async (key) => {
      const row = await rows.get(key);
      return row === null ? undefined : Buffer.from(row.doc);
    },
    scan: async (type, attributes) =>
      (await rows.scan(type, attributes)).map(({ key, row }) => ({ key, value: Buffer.from(row.doc) })),
  };
}
