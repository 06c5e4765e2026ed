import type { ConsortiumConfiguration } from '@medquorum/chaincode/consortium/consortium-configuration';
import { type Author, resolveAuthor } from '@medquorum/chaincode/identity/author';
import { type Entry, entry as entryShape } from '@medquorum/chaincode/ledger/entry';
import type { LedgerSession } from '@medquorum/chaincode/ledger/ledger-session';
import { requireConfiguration } from '@medquorum/chaincode/ledger/operation';
import { decodeState, encodeState, KEYS, keyOf, type State } from '@medquorum/chaincode/ledger/state';
import { SHAPE_VERSION } from '@medquorum/chaincode/ledger/stored';
import { type TransactionFacts, txTime } from '@medquorum/chaincode/ledger/transaction';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { classOf, headPolicy, openClassOf } from '@medquorum/chaincode/record/class-of';
import { headerDigest, type RecordHeader } from '@medquorum/chaincode/record/record-header';
import {
  activated,
  enteredInError,
  firstVersion,
  nextVersion,
  requireStatus,
} from '@medquorum/chaincode/record/record-lifecycle';
import type { RecordState } from '@medquorum/chaincode/record/record-state';
import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { BlockTransaction } from './parse-block.ts';

type RecordArgs = Readonly<{
  recordId: string;
  version?: number;
  class?: string;
  patient?: string;
  header?: RecordHeader;
  commitment?: string;
  onBehalfOf?: string;
  attestedBy?: readonly string[];
}>;
type Expected = { states: Map<string, Uint8Array>; policies: Map<string, Uint8Array>; decisions: Map<string, Entry> };

/**
 * Verifies a transaction whose private part is not in the block: authors, and all of its public part that follows from
 * what they signed. What is not known of it: what stands in the collection, and the outcomes of a decision.
 *
 * @returns why not to trust what it wrote, or null
 * @throws MedQuorumError as the chaincode would
 */
export async function verifyHidden(
  { invocation, writes, policies }: BlockTransaction,
  tx: TransactionFacts,
  session: LedgerSession,
): Promise<string | null> {
  const values = JSON.parse(invocation?.args[0] ?? '') as readonly unknown[];
  const expected: Expected = { states: new Map(), policies: new Map(), decisions: new Map() };
  for (const [index, value] of values.entries()) {
    const entry = entryShape(value, 'entry');
    const { channel, chaincode, contract, function: name } = entry.intent;
    const signedFor = [channel, chaincode, `${contract}:${name}`];
    if (canonicalJson(signedFor) !== canonicalJson([tx.channel, tx.chaincode, invocation?.functionName ?? ''])) {
      throw new MedQuorumError('MQ_INTENT_FUNCTION', 'the intent was signed for another');
    }
    const author = await resolveAuthor(session, tx.submitterMspId, entry, false);
    expectNonce(expected, entry, tx, index);
    if (contract === 'record') await expectRecord(expected, entry, author, tx, session);
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
    if (before !== undefined || author.mspId === null) throw invalid();
    const owner = { recordId, custodian: author.mspId, patient: args.patient ?? null, class: name, collection };
    expect(states, { v: SHAPE_VERSION, kind: 'record', ...owner, ...firstVersion(digest), entry });
    policies.set(KEYS.record(recordId), headPolicy(configuration, owner));
  } else {
    if (before === undefined || before.custodian !== author.mspId) throw invalid();
    const after = await changed(entry.intent.function, before, version, digest, args, configuration, session);
    expect(states, { ...before, ...after, entry });
    policies.set(KEYS.record(recordId), headPolicy(configuration, before));
  }
  if (entry.intent.function !== 'propose' && entry.intent.function !== 'amend') return;
  const practitioner = author.kind === 'practitioner' ? author.id : (args.onBehalfOf ?? null);
  const written = { recordId, version, header, commitment, practitioner, proposedAt: txTime(tx), entry };
  expect(states, { v: SHAPE_VERSION, kind: 'record-version', ...written });
}

async function changed(
  name: string,
  before: RecordState,
  version: number,
  digest: string,
  { recordId, attestedBy = [] }: RecordArgs,
  configuration: ConsortiumConfiguration,
  session: LedgerSession,
) {
  if (name === 'amend') return nextVersion(before, version, digest);
  if (name === 'markEnteredInError') return enteredInError(before, version);
  if (name !== 'activate') throw invalid();
  const attested = requireStatus(before, version, ['proposed']);
  const { attestations: needed } = classOf(configuration, before.class);
  const found = await Promise.all(
    [...new Set(attestedBy)].map((mspId) => session.get('attestation', recordId, version, mspId)),
  );
  const counting = found.filter((attestation) => attestation?.headerDigest === attested);
  if (counting.length < needed) throw new MedQuorumError('MQ_ATTESTATIONS_MISSING', 'fewer than the class asks for');
  return activated(before, version);
}

function patientOf({ intent }: Entry): string {
  return (intent.args as unknown as Readonly<{ patient: string }>).patient;
}

function expect(states: Map<string, Uint8Array>, state: State): void {
  states.set(keyOf(state), encodeState(state));
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
