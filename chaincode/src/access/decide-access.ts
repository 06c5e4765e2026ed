import { MAX_CONSENTS_PER_PATIENT } from '../consent/consent-args.ts';
import type { ConsentHeadState, ConsentState } from '../consent/consent-state.ts';
import { type Item, itemId, type Operation, requireConfiguration } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { requireRecord } from '../record/custody.ts';
import type { DecideArgs } from './access-args.ts';
import { emergencyFacts } from './check-emergency.ts';
import { checkPlace, facilityOwner } from './check-place.ts';
import { decide } from './decide.ts';
import type { DecisionOutcome, DecisionState } from './decision-state.ts';
import { type DecidedRecord, factsOf, type RequestBasis } from './facts-of.ts';
import {
  hiddenOutcomesCommitment,
  openHiddenRequest,
  padReads,
  putHiddenOutcomes,
  readHiddenRecord,
} from './hidden-request.ts';
import { type Requester, requesterOf } from './requester-of.ts';
import { servedVersion } from './served-version.ts';

/**
 * Gathers the facts, asks `decide` for each record, writes down what it said. A refusal is written like a permit: only a
 * request that is malformed or not its author's to make is an exception.
 */
export const decideAccess: Operation<'access', 'decide'> = async (item) => {
  const { args, entry, session, tx } = item;
  if (args.records.length === 0 && args.hidden === undefined) {
    throw new MedQuorumError('MQ_INPUT_INVALID', 'args.records: must name a record');
  }
  const requester = await requesterOf(item);
  checkPlace(item, requester);
  const consentHead = await session.get('consent-head', args.patient);
  const basis = await gatherBasis(item, requester, consentHead);
  const outcomes: DecisionOutcome[] = [];
  for (const recordId of args.records) {
    const { version, decided } = await readRecord(item, recordId);
    outcomes.push({ recordId, version, ...decide(factsOf(basis, decided)) });
  }
  const hidden = await decideHidden(item, basis);
  const configuration = await session.get('configuration');
  const decision: DecisionState = {
    v: SHAPE_VERSION,
    kind: 'decision',
    decisionId: itemId(item),
    patient: args.patient,
    requester: {
      mspId: requester.organization?.mspId ?? null,
      practitioner: requester.practitioner?.practitionerId ?? null,
      role: args.role,
    },
    purpose: args.purpose,
    action: args.action,
    decidedAt: txTime(tx),
    outcomes,
    hidden,
    consentHead: consentHead ? stateDigest(consentHead) : null,
    configuration: configuration ? stateDigest(configuration) : '',
    entry,
  };
  session.put(decision);
  return { decisionId: decision.decisionId, outcomes };
};

async function gatherBasis(
  item: Item<DecideArgs>,
  requester: Requester,
  consentHead: ConsentHeadState | undefined,
): Promise<RequestBasis> {
  const { args, session, tx } = item;
  const patient = await session.get('patient', args.patient);
  if (patient === undefined) throw new MedQuorumError('MQ_PATIENT_NOT_FOUND', 'no such patient');
  const mspId = requester.organization?.mspId;
  return {
    args,
    requester,
    patient,
    care: mspId === undefined ? undefined : await session.get('care', args.patient, mspId),
    consents: await readConsents(item, consentHead),
    configuration: await requireConfiguration(session),
    emergency: await emergencyFacts(item),
    facilityOwner: await facilityOwner(item, requester),
    time: txTime(tx),
  };
}

/** Segregated records are answered like others; what was answered stays in the collection. */
async function decideHidden(item: Item<DecideArgs>, basis: RequestBasis): Promise<DecisionState['hidden']> {
  const request = await openHiddenRequest(item);
  if (request === undefined || item.args.hidden === undefined) return null;
  const { collection, commitment } = item.args.hidden;
  const outcomes: DecisionOutcome[] = [];
  for (const recordId of request.records) {
    const { version, decided } = await readHiddenRecord(item, collection, recordId);
    outcomes.push({ recordId, version, ...decide(factsOf(basis, decided)) });
  }
  await padReads(item, collection, request);
  putHiddenOutcomes(item, itemId(item), collection, outcomes, request);
  return { collection, request: commitment, outcomes: hiddenOutcomesCommitment(outcomes, request.salt) };
}

/** The consents that the head names, and no others: reading the head is what a concurrent withdrawal conflicts with. */
async function readConsents(
  { args, session }: Item<DecideArgs>,
  head: ConsentHeadState | undefined,
): Promise<readonly ConsentState[]> {
  if (head === undefined) return [];
  const consents = await session.list('consent', [args.patient], MAX_CONSENTS_PER_PATIENT);
  const byId = new Map(consents.map((consent) => [consent.consentId, consent]));
  return head.consents.map(({ consentId, status }) => {
    const consent = byId.get(consentId);
    if (consent?.status !== status || byId.size !== head.consents.length) {
      throw new MedQuorumError('MQ_STATE_INVALID', 'a consent is not as the consent head has it');
    }
    return consent;
  });
}

/** The version that would be released: the active one, or the latest where none is active yet. */
async function readRecord(
  { args, session }: Item<DecideArgs>,
  recordId: string,
): Promise<{ version: number; decided: DecidedRecord }> {
  const head = await requireRecord(session, recordId);
  // Whose record it is instead is nobody's business; a segregated one shows no patient and is asked for elsewhere.
  if (head.patient !== args.patient) throw new MedQuorumError('MQ_RECORD_NOT_FOUND', 'no such record');
  const version = servedVersion(head);
  const header = (await session.get('record-version', recordId, version))?.header;
  if (!header) throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version');
  return { version, decided: { head, header } };
}
