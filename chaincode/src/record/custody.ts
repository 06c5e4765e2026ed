import type { Author } from '../identity/author.ts';
import type { LedgerSession } from '../ledger/ledger-session.ts';
import { notAllowed } from '../ledger/operation.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { RecordState } from './record-state.ts';

/** @throws MedQuorumError `MQ_RECORD_NOT_FOUND` */
export async function requireRecord(session: LedgerSession, recordId: string): Promise<RecordState> {
  const head = await session.get('record', recordId);
  if (head === undefined) throw new MedQuorumError('MQ_RECORD_NOT_FOUND', 'no such record');
  return head;
}

/** @throws MedQuorumError `MQ_AUTHOR_NOT_ALLOWED` */
export function checkCustodian(author: Author, { custodian }: RecordState): void {
  if (author.mspId !== custodian) notAllowed("only the record's custodian");
}
