import { type Author, resolveAuthor } from '@medquorum/chaincode/identity/author';
import { type Entry, entry as entryShape } from '@medquorum/chaincode/ledger/entry';
import { LedgerSession } from '@medquorum/chaincode/ledger/ledger-session';
import { requireConfiguration } from '@medquorum/chaincode/ledger/operation';
import { decodeState, encodeState, KEYS, keyOf, type State } from '@medquorum/chaincode/ledger/state';
import { SHAPE_VERSION } from '@medquorum/chaincode/ledger/stored';
import { type TransactionFacts, txTime } from '@medquorum/chaincode/ledger/transaction';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { headPolicy, openClassOf } from '@medquorum/chaincode/record/class-of';
import { headerDigest, type RecordHeader } from '@medquorum/chaincode/record/record-header';
import { activated, enteredInError, firstVersion, nextVersion } from '@medquorum/chaincode/record/record-lifecycle';
import type { RecordState } from '@medquorum/chaincode/record/record-state';
import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { ENTRY_OPERATIONS } from './entry-operations.ts';
import type { BlockTransaction } from './parse-block.ts';
import { RerunStore, type StateReader } from './rerun-store.ts';

type RecordArgs = Readonly<{
  recordId: string;
  version?: number;
  class?: string;
  patient?: string;
  header?: RecordHeader;
  commitment?: string;
  onBehalfOf?: string;
}>;
type Expected = { states: Map<string, Uint8Array>; policies: Map<string, Uint8Array>; decisions: Map<string, Entry> };

/**
 * Verifies a transaction whose private part is not in the block: of each item all that the chaincode checks before it
 * needs that part, and all of the public part that follows from what was signed. What is not known of it: what stands in
 * the collection, and the outcomes of a decision.
 *
 * @returns why not to trust what it wrote, or null
 * @throws MedQuorumError as the chaincode would
 */
export async function verifyHidden(
  { invocation, writes, policies }: BlockTransaction,
  tx: TransactionFacts,
  reader: StateReader,
): Promise<string | null> {
  const session = new LedgerSession(new RerunStore(reader));
  const values = JSON.parse(invocation?.args[0] ?? '') as readonly unknown[];
  const expected: Expected = { states: new Map(), policies: new Map(), decisions: new Map() };
  for (const [index, value] of values.entries()) {
    const entry = entryShape(value, 'entry');
    await checkAlone(invocation?.functionName ?? '', entry, tx, reader);
    const author = await resolveAuthor(session, tx.submitterMspId, entry, false);
    expectNonce(expected, entry, tx, index);
    if (entry.intent.contract === 'record') await expectRecord(expected, entry, author, tx, session);
    else expected.decisions.set(KEYS.decision(patientOf(entry), `${tx.txId}-${index}`), entry);
  }
  const { states, decisions } = expected;
  const isAsExpected =
    writes.length === states.size + decisions.size &&
    policies.length === expected.policies.size &&
    policies.every(({ key, policy }) => isEqual(expected.policies.get(key), policy)) &&
    writes.every(({ key, value }) =>
      decisions.has(key) ? isOfEntry(key, value, decisions.get(key)) : isEqual(states.get(key), value),
    );
  return isAsExpected ? null : 'writes-differ';
}

/**
 * Carries out one item of the list until it asks for what is private. No item is shown what an earlier one of its list
 * writes, so alone it fares as it does among them; what two of them write both is refused in {@link expect}.
 */
async function checkAlone(call: string, entry: Entry, tx: TransactionFacts, reader: StateReader): Promise<void> {
  const run = ENTRY_OPERATIONS.get(call);
  if (run === undefined) throw invalid();
  try {
    await run({ tx, store: new RerunStore(reader), nowMs: tx.timeMs, veto: () => {} }, JSON.stringify([entry]));
  } catch (error) {
    if (!(error instanceof MedQuorumError && error.code === 'MQ_TRANSIENT_MISSING')) throw error;
  }
}

function expectNonce({ states }: Expected, { intent }: Entry, { txId }: TransactionFacts, index: number): void {
  const { author, nonce, notAfter } = intent;
  const { kind, id } = author;
  expect(states, { v: SHAPE_VERSION, kind: 'nonce', author: { kind, id }, nonce, txId, index, notAfter });
}

async function expectRecord(
  { states, policies }: Expected,
  entry: Entry,
  author: Author,
  tx: TransactionFacts,
  session: LedgerSession,
): Promise<void> {
  const args = entry.intent.args as unknown as RecordArgs;
  const { recordId, commitment = null, header = null, version = 1 } = args;
  const configuration = await requireConfiguration(session);
  const before = await session.get('record', recordId);
  const digest = header === null ? (commitment ?? '') : headerDigest(header);
  if (entry.intent.function === 'propose') {
    const { collection = null, name } = openClassOf(configuration, args.class ?? '');
    const written = await session.get('record-version', recordId, 1);
    if (before !== undefined || written !== undefined || author.mspId === null) throw invalid();
    const owner = { recordId, custodian: author.mspId, patient: args.patient ?? null, class: name, collection };
    expect(states, { v: SHAPE_VERSION, kind: 'record', ...owner, ...firstVersion(digest), entry });
    policies.set(KEYS.record(recordId), headPolicy(configuration, owner));
  } else {
    if (before === undefined || before.custodian !== author.mspId) throw invalid();
    const after = changed(entry.intent.function, before, version, digest);
    expect(states, { ...before, ...after, entry });
    policies.set(KEYS.record(recordId), headPolicy(configuration, before));
  }
  if (entry.intent.function !== 'propose' && entry.intent.function !== 'amend') return;
  const practitioner = author.kind === 'practitioner' ? author.id : (args.onBehalfOf ?? null);
  const written = { recordId, version, header, commitment, practitioner, proposedAt: txTime(tx), entry };
  expect(states, { v: SHAPE_VERSION, kind: 'record-version', ...written });
}

function changed(name: string, before: RecordState, version: number, digest: string) {
  switch (name) {
    case 'amend':
      return nextVersion(before, version, digest);
    case 'activate':
      return activated(before, version);
    case 'markEnteredInError':
      return enteredInError(before, version);
    default:
      throw invalid();
  }
}

function patientOf({ intent }: Entry): string {
  return (intent.args as unknown as Readonly<{ patient: string }>).patient;
}

function expect(states: Map<string, Uint8Array>, state: State): void {
  const key = keyOf(state);
  if (states.has(key)) throw new MedQuorumError('MQ_BATCH_CONFLICT', 'two items write a key');
  states.set(key, encodeState(state));
}

function isOfEntry(key: string, value: Uint8Array | null, entry: Entry | undefined): boolean {
  const state = value === null ? undefined : decodeState(key, value);
  return state?.kind === 'decision' && entry !== undefined && canonicalJson(state.entry) === canonicalJson(entry);
}

function isEqual(a: Uint8Array | undefined, b: Uint8Array | null): boolean {
  return a !== undefined && b !== null && Buffer.compare(a, b) === 0;
}

function invalid(): MedQuorumError {
  return new MedQuorumError('MQ_INPUT_INVALID', 'this is not written with a private part');
}
