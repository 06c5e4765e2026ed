import { type Operation, requireConfiguration } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { checkClass } from './check-class.ts';
import { headPolicy, openClassOf } from './class-of.ts';
import { putPrivateRecord } from './private-record.ts';
import { firstVersion } from './record-lifecycle.ts';
import type { RecordState } from './record-state.ts';
import { checkPeople, putVersion, readContent, writingActor } from './write-version.ts';

/** A record begins: its first version waits for attestations, its head is under the policy of its class. */
export const proposeRecord: Operation<'record', 'propose'> = async (item) => {
  const { args, entry, session } = item;
  const { recordId } = args;
  const { organization, id: practitioner } = await writingActor(item);
  const configuration = await requireConfiguration(session);
  const recordClass = openClassOf(configuration, args.class);
  const { collection = null } = recordClass;
  const content = readContent(item, collection);
  const patient = content.hidden?.patient ?? args.patient;
  const header = content.hidden?.header ?? content.header;
  if (patient === undefined || header === null)
    throw new MedQuorumError('MQ_INPUT_INVALID', 'args.patient: is missing');
  if (content.hidden === null) await checkPeople(item, patient, header);
  checkClass(configuration, recordClass, header);
  // The head's policy lets fewer delete it than may write a version: what was written stays nonetheless.
  if (
    (await session.get('record', recordId)) !== undefined ||
    (await session.get('record-version', recordId, 1)) !== undefined
  ) {
    throw new MedQuorumError('MQ_RECORD_EXISTS', 'the record is there');
  }
  const custodian = organization.mspId;
  const head: RecordState = {
    v: SHAPE_VERSION,
    kind: 'record',
    recordId,
    custodian,
    patient: args.patient ?? null,
    class: recordClass.name,
    collection,
    ...firstVersion(content.digest),
    entry,
  };
  session.put(head, headPolicy(configuration, head));
  putPrivateRecord(item, head, patient);
  putVersion(item, { recordId, version: 1, practitioner }, collection, content);
  return { recordId, version: 1, digest: content.digest, head: stateDigest(head) };
};
