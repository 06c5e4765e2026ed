import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { sha256 } from '../encoding/sha256.ts';
import { type Item, requireConfiguration } from '../ledger/operation.ts';
import { KEYS } from '../ledger/state.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { requirePrivateRecord, requirePrivateVersion } from '../record/private-record.ts';
import { salt, transientItem } from '../record/private-version.ts';
import { uuid } from '../schema/identifiers.ts';
import { object, type Shaped, setOf } from '../schema/shape.ts';
import { type DecideArgs, MAX_RECORDS_PER_REQUEST } from './access-args.ts';
import type { DecisionOutcome } from './decision-state.ts';
import type { DecidedRecord } from './facts-of.ts';
import { servedVersion } from './served-version.ts';

/** Records: requests for none up to this many look alike. */
export const READS_PADDED_TO = 4;
/** Its head and the version that is served. */
const READS_PER_RECORD = 2;
const REQUEST_PREFIX = 'MQ-HIDDEN-REQUEST-v1\n';
const OUTCOMES_PREFIX = 'MQ-HIDDEN-OUTCOMES-v1\n';

/**
 * The segregated records that a request is about. The list may be empty: who always brings one shows nobody whether a
 * patient has any. The salt keeps others from guessing it out of the commitment.
 */
export const hiddenRequest = object({ records: setOf(uuid, 0, MAX_RECORDS_PER_REQUEST), salt });
export type HiddenRequest = Shaped<typeof hiddenRequest>;

/** What stands in the collection under the key of the decision. */
export type PrivateDecisionState = Readonly<{
  v: typeof SHAPE_VERSION;
  kind: 'private-decision';
  decisionId: string;
  patient: string;
  outcomes: readonly DecisionOutcome[];
  salt: string;
}>;

/** What the author signs instead of the list: SHA-256, lower-case hex. */
export function hiddenRequestCommitment(request: HiddenRequest): string {
  return sha256(REQUEST_PREFIX + canonicalJson(request));
}

/** What the ledger shows of the answers: SHA-256, lower-case hex. */
export function hiddenOutcomesCommitment(outcomes: readonly DecisionOutcome[], saltOfRequest: string): string {
  return sha256(OUTCOMES_PREFIX + canonicalJson({ outcomes, salt: saltOfRequest }));
}

/**
 * Opens the hidden part of a request.
 *
 * @returns undefined where the request has none
 * @throws MedQuorumError `MQ_TRANSIENT_MISSING`, `MQ_INPUT_INVALID`, `MQ_COMMITMENT_MISMATCH`, `MQ_RECORD_CLASS_UNKNOWN`
 */
export async function openHiddenRequest({
  args,
  tx,
  index,
  session,
}: Item<DecideArgs>): Promise<HiddenRequest | undefined> {
  if (args.hidden === undefined) return undefined;
  const { collection, commitment } = args.hidden;
  const { recordClasses } = await requireConfiguration(session);
  if (!recordClasses.some((it) => it.collection === collection)) {
    throw new MedQuorumError('MQ_RECORD_CLASS_UNKNOWN', 'no record class has this collection');
  }
  const request = transientItem(tx.transient, index, hiddenRequest);
  if (hiddenRequestCommitment(request) !== commitment) {
    throw new MedQuorumError('MQ_COMMITMENT_MISMATCH', 'the transient data is not what was committed to');
  }
  return request;
}

/** A segregated record as members of its collection know it; its public keys are not read, they would tie it to the patient. */
export async function readHiddenRecord(
  { args, session }: Item<DecideArgs>,
  collection: string,
  recordId: string,
): Promise<{ version: number; decided: DecidedRecord }> {
  const head = await requirePrivateRecord(session, collection, recordId);
  if (head.patient !== args.patient) throw new MedQuorumError('MQ_RECORD_NOT_FOUND', 'no such record');
  const version = servedVersion(head);
  const { header } = await requirePrivateVersion(session, collection, recordId, version);
  return { version, decided: { head, header } };
}

/**
 * Reads as often as if the request named a multiple of {@link READS_PADDED_TO} records, at least one multiple: how many
 * keys of a collection a transaction reads is public, though not which.
 */
export async function padReads(
  { session }: Item<DecideArgs>,
  collection: string,
  request: HiddenRequest,
): Promise<void> {
  const { records, salt: unique } = request;
  const padded = Math.max(1, Math.ceil(records.length / READS_PADDED_TO)) * READS_PADDED_TO;
  for (let i = records.length * READS_PER_RECORD; i < padded * READS_PER_RECORD; i++) {
    await session.getPrivate(collection, `padding-${unique}-${i}`);
  }
}

/** Keeps the answers in the collection. */
export function putHiddenOutcomes(
  { args, session }: Item<DecideArgs>,
  decisionId: string,
  collection: string,
  outcomes: readonly DecisionOutcome[],
  request: HiddenRequest,
): void {
  const { patient } = args;
  const state: PrivateDecisionState = {
    v: SHAPE_VERSION,
    kind: 'private-decision',
    decisionId,
    patient,
    outcomes,
    salt: request.salt,
  };
  session.putPrivate(collection, KEYS.decision(patient, decisionId), Buffer.from(canonicalJson(state)));
}
