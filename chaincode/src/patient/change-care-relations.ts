import type { Author } from '../identity/author.ts';
import { type Item, notAllowed, type Operation } from '../ledger/operation.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { MAX_CARE_RELATIONS } from './patient-args.ts';
import type { CareRelation, CareState } from './patient-state.ts';

export const openCareRelation: Operation<'patient', 'openCareRelations'> = async (item) => {
  const { relationId, patient, mspId, relation, from, until = null, practitioner = null } = item.args;
  checkParty(item.author, patient, mspId);
  if (until !== null && until <= from) throw new MedQuorumError('MQ_CARE_RELATION_STATUS', 'ends before it begins');
  await checkRegistered(item, patient, mspId, practitioner);
  const { relations } = await readCare(item, patient, mspId);
  if (relations.some((it) => it.relationId === relationId)) {
    throw new MedQuorumError('MQ_CARE_RELATION_EXISTS', 'the relation is there');
  }
  if (relations.length >= MAX_CARE_RELATIONS) {
    throw new MedQuorumError('MQ_LIMIT_REACHED', `at most ${MAX_CARE_RELATIONS} care relations with one organisation`);
  }
  putCare(item, patient, mspId, [...relations, { relationId, relation, practitioner, from, until }]);
  return { relationId };
};

/** The relation ends at the transaction's time; one that is yet to begin never was. */
export const closeCareRelation: Operation<'patient', 'closeCareRelations'> = async (item) => {
  const { relationId, patient, mspId } = item.args;
  checkParty(item.author, patient, mspId);
  const { relations } = await readCare(item, patient, mspId);
  const relation = relations.find((it) => it.relationId === relationId);
  if (relation === undefined) throw new MedQuorumError('MQ_CARE_RELATION_NOT_FOUND', 'no such relation');
  const until = txTime(item.tx);
  if (relation.until !== null && relation.until <= until) {
    throw new MedQuorumError('MQ_CARE_RELATION_STATUS', 'the relation has ended');
  }
  putCare(
    item,
    patient,
    mspId,
    relations.map((it) => (it === relation ? { ...it, until } : it)),
  );
  return { relationId, until };
};

function checkParty(author: Author, patient: string, mspId: string): void {
  if (author.kind === 'patient' ? author.id === patient : author.mspId === mspId) return;
  notAllowed('a care relation is between the patient and the organisation that is named');
}

async function checkRegistered(
  { session }: Item<unknown>,
  patient: string,
  mspId: string,
  practitioner: string | null,
) {
  if ((await session.get('patient', patient)) === undefined) {
    throw new MedQuorumError('MQ_PATIENT_NOT_FOUND', 'no such patient');
  }
  if ((await session.get('organization', mspId)) === undefined) {
    throw new MedQuorumError('MQ_ORGANIZATION_NOT_FOUND', 'no such organisation');
  }
  if (practitioner !== null && (await session.get('practitioner', practitioner))?.mspId !== mspId) {
    throw new MedQuorumError('MQ_PRACTITIONER_NOT_FOUND', 'no such practitioner at the organisation');
  }
}

async function readCare({ session, entry }: Item<unknown>, patient: string, mspId: string): Promise<CareState> {
  const none: CareState = { v: SHAPE_VERSION, kind: 'care', patient, mspId, relations: [], entry };
  return (await session.get('care', patient, mspId)) ?? none;
}

function putCare(
  { session, entry }: Item<unknown>,
  patient: string,
  mspId: string,
  relations: readonly CareRelation[],
) {
  session.put({ v: SHAPE_VERSION, kind: 'care', patient, mspId, relations, entry });
}
