import { checkHead, type Operation } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { checkCustodian, requireRecord } from './custody.ts';
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
  const patient = content.hidden?.patient ?? before.patient;
  const header = content.hidden?.header ?? content.header;
  if (patient === null || header === null) throw new MedQuorumError('MQ_INPUT_INVALID', 'args.header: is missing');
  await checkPeople(item, patient, header);
  const head: RecordState = { ...before, ...nextVersion(before, version, content.digest), entry };
  session.put(head);
  putVersion(item, { recordId, version, practitioner }, before.collection, content);
  return { recordId, version, digest: content.digest, head: stateDigest(head) };
};
