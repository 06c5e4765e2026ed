import { verifySignature } from '../identity/verify-signature.ts';
import { type Item, notAllowed } from '../ledger/operation.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { DecideArgs } from './access-args.ts';
import type { EmergencyFacts } from './access-facts.ts';
import { emergencyAgreementBytes } from './emergency-agreement.ts';

/**
 * The emergency as a fact: stated by code, and agreed to by a second clinician if he signed. Reviews afterwards have no
 * quota on the ledger yet, so that an emergency without a second clinician is no ground.
 *
 * @throws MedQuorumError `MQ_PRACTITIONER_NOT_FOUND`, `MQ_AUTHOR_NOT_ALLOWED`, `MQ_SIGNATURE_INVALID`
 */
export async function emergencyFacts({ args, entry, session, tx }: Item<DecideArgs>): Promise<EmergencyFacts | null> {
  if (args.emergency === null) return null;
  const { reason, secondClinician } = args.emergency;
  const stated = { reason, reviewDue: null, withinQuota: false };
  if (secondClinician === undefined) return { ...stated, secondClinician: null };
  const second = await session.get('practitioner', secondClinician.practitioner);
  if (second === undefined) throw new MedQuorumError('MQ_PRACTITIONER_NOT_FOUND', 'no such second clinician');
  const authority = await session.get('organization', second.mspId);
  const isActive = second.status === 'active' && authority?.status === 'active';
  if (!isActive || !second.roles.some(({ role }) => role === 'clinician')) {
    return notAllowed('the second clinician is no active clinician');
  }
  const { kind, id } = entry.intent.author;
  const bytes = emergencyAgreementBytes({
    channel: tx.channel,
    chaincode: tx.chaincode,
    author: { kind, id },
    nonce: entry.intent.nonce,
    patient: args.patient,
    records: args.records,
    reason,
  });
  if (!verifySignature(second.signingKey, secondClinician.signature, bytes)) {
    throw new MedQuorumError('MQ_SIGNATURE_INVALID', 'the second clinician did not agree to this request');
  }
  const practitioner = `Practitioner/${second.practitionerId}`;
  return { ...stated, secondClinician: { practitioner, organization: `Organization/${second.mspId}` } };
}
