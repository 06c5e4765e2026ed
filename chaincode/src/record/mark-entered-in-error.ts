import { checkHead, type Operation, requireConfiguration } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { headPolicy } from './class-of.ts';
import { checkCustodian, requireRecord } from './custody.ts';
import { updatePrivateRecord } from './private-record.ts';
import { enteredInError } from './record-lifecycle.ts';
import type { RecordState } from './record-state.ts';
import { writingActor } from './write-version.ts';

/** A version that should never have been: it stays on the ledger, marked, and is served no more. */
export const markEnteredInError: Operation<'record', 'markEnteredInError'> = async (item) => {
  const { args, author, entry, session } = item;
  const { recordId, version } = args;
  const before = await requireRecord(session, recordId);
  checkCustodian(author, before);
  checkHead(entry, before, 'needed');
  await writingActor(item);
  const head: RecordState = { ...before, ...enteredInError(before, version), entry };
  session.put(head, headPolicy(await requireConfiguration(session), head));
  await updatePrivateRecord(item, head);
  return { recordId, version, head: stateDigest(head) };
};
