import { itemId, notAllowed, type Operation } from '../ledger/operation.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { requireRecord } from '../record/custody.ts';

/** An organisation writes down what it found of a version's stored content; verdicts pile up, none replaces another. */
export const reportVerdict: Operation<'audit', 'report'> = async (item) => {
  const { args, author, entry, session, tx } = item;
  const { recordId, version, check, verdict, observedSha256 = null } = args;
  if (author.kind !== 'organization') return notAllowed('an organisation reports');
  const head = await requireRecord(session, recordId);
  const stored = await session.get('record-version', recordId, version);
  if (version > head.latestVersion || stored === undefined) {
    throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version');
  }
  checkConsistent(args, stored.header?.content.sha256);
  const verdictId = itemId(item);
  session.put({
    v: SHAPE_VERSION,
    kind: 'verdict',
    verdictId,
    recordId,
    version,
    mspId: author.id,
    check,
    verdict,
    observedSha256,
    reportedAt: txTime(tx),
    entry,
  });
  return { verdictId };
};

/** A digest that equals the header's is no proof of alteration, and another none of integrity. */
function checkConsistent(
  { verdict, observedSha256 }: Readonly<{ verdict: string; observedSha256?: string }>,
  expected: string | undefined,
): void {
  if (observedSha256 === undefined) return;
  const equal = observedSha256 === expected;
  const wrong = verdict === 'missing' || (expected !== undefined && equal !== (verdict === 'intact'));
  if (wrong) throw new MedQuorumError('MQ_INPUT_INVALID', 'args.observedSha256: contradicts the verdict');
}
