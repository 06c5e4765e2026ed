import { verifySignature } from '../identity/verify-signature.ts';
import { type Item, requireConfiguration } from '../ledger/operation.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { DecideArgs } from './access-args.ts';
import { placeAttestationBytes } from './place-attestation.ts';
import type { Requester } from './requester-of.ts';

/**
 * Holds the place to the organisation's word: its own signature of the intent, or one beside a practitioner's.
 *
 * @throws MedQuorumError `MQ_PLACE_ATTESTATION`
 */
export function checkPlace({ args, author, tx }: Item<DecideArgs>, { organization, practitioner }: Requester): void {
  const { place } = args;
  if (place === null || organization === null || practitioner === null) return;
  if (Date.parse(place.until) < tx.timeMs) throw new MedQuorumError('MQ_PLACE_ATTESTATION', 'it has run out');
  if (author.kind === 'organization') return;
  const { facility, zone, until, signature } = place;
  const { channel, chaincode } = tx;
  const { practitionerId, mspId } = practitioner;
  const bytes = placeAttestationBytes({
    channel,
    chaincode,
    mspId,
    practitioner: practitionerId,
    facility,
    zone,
    until,
  });
  if (signature === undefined || !verifySignature(organization.signingKey, signature, bytes)) {
    throw new MedQuorumError('MQ_PLACE_ATTESTATION', 'the organisation did not sign for the place');
  }
}

/**
 * Whose facility it is, looked for at the requester's organisation first; null without a place.
 *
 * @throws MedQuorumError `MQ_FACILITY_NOT_FOUND` where nobody has registered it
 */
export async function facilityOwner(
  { session, args }: Item<DecideArgs>,
  { organization }: Requester,
): Promise<string | null> {
  const facility = args.place?.facility;
  if (facility === undefined) return null;
  if (organization?.facilities.some(({ id }) => id === facility)) return organization.mspId;
  const { members } = await requireConfiguration(session);
  for (const { mspId } of members) {
    const member = await session.get('organization', mspId);
    if (member?.facilities.some(({ id }) => id === facility)) return mspId;
  }
  throw new MedQuorumError('MQ_FACILITY_NOT_FOUND', 'nobody has registered the facility');
}
