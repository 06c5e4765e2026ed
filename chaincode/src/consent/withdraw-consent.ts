import { checkHead, notAllowed, type Operation } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { txTime } from '../ledger/transaction.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { ConsentHeadState } from './consent-state.ts';

/** The patient withdraws a consent; no organisation's veto, suspension or stale head stands in the way. */
export const withdrawConsent: Operation<'consent', 'withdraw'> = async ({ args, author, entry, session, tx }) => {
  const { consentId, patient } = args;
  if (author.kind !== 'patient' || author.id !== patient) return notAllowed('a consent is withdrawn by its patient');
  const consent = await session.get('consent', patient, consentId);
  const before = await session.get('consent-head', patient);
  if (consent === undefined || before === undefined) {
    throw new MedQuorumError('MQ_CONSENT_NOT_FOUND', 'no such consent');
  }
  if (consent.status === 'withdrawn') throw new MedQuorumError('MQ_CONSENT_STATUS', 'the consent is withdrawn');
  checkHead(entry, consent, 'optional');
  const head: ConsentHeadState = {
    ...before,
    consents: before.consents.map((it) => (it.consentId === consentId ? { ...it, status: 'withdrawn' } : it)),
    entry,
  };
  session.put({ ...consent, status: 'withdrawn', withdrawnAt: txTime(tx), entry });
  session.put(head);
  return { consentId, head: stateDigest(head) };
};
