import { checkHead, type Item, type Operation, requireConfiguration } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { checkClass } from './check-class.ts';
import { headPolicy } from './class-of.ts';
import { checkCustodian, requireRecord } from './custody.ts';
import { putPrivateRecord, requirePrivateRecord } from './private-record.ts';
import { nextVersion } from './record-lifecycle.ts';
import type { RecordState } from './record-state.ts';
import { checkPeople, putVersion, readContent, writingActor } from './write-version.ts';

/** A further version is proposed; the one before stays as it is until this one is active. */
export const amendRecord: Operation<'record', 'amend'> = async (item) => {
  const { args, author, entry, session } = item;
  const { recordId, version } = args;
  const before = await requireRecord(session, recordId);
  checkCustodian(author, before);
  checkHead(entry, before, 'needed');
  const { id: practitioner } = await writingActor(item);
  const content = readContent(item, before.collection);
  const patient = content.hidden === null ? before.patient : await samePatient(item, before, content.hidden.patient);
  const header = content.hidden?.header ?? content.header;
  if (patient === null || header === null) throw new MedQuorumError('MQ_INPUT_INVALID', 'args.header: is missing');
  if (content.hidden === null) await checkPeople(item, patient, header);
  const configuration = await requireConfiguration(session);
  checkClass(configuration, before, header);
  const head: RecordState = { ...before, ...nextVersion(before, version, content.digest), entry };
  session.put(head, headPolicy(configuration, head));
  putPrivateRecord(item, head, patient);
  putVersion(item, { recordId, version, practitioner }, before.collection, content);
  return { recordId, version, digest: content.digest, head: stateDigest(head) };
};

/** A segregated record stays its patient's. */
async function samePatient({ session }: Item<unknown>, head: RecordState, patient: string): Promise<string> {
  const before = head.collection && (await requirePrivateRecord(session, head.collection, head.recordId));
  if (before && before.patient === patient) return patient;
  throw new MedQuorumError('MQ_COMMITMENT_MISMATCH', 'the version is of another patient than the record');
}
