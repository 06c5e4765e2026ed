import type { ConsortiumConfiguration } from '../consortium/consortium-configuration.ts';
import type { OrganizationState } from '../registry/registry-state.ts';
import type { AttestationState } from './record-state.ts';

/**
 * Whether an attestation counts towards activation: it is of this very digest, and its authority is, as of now, a member
 * whose organisation is not suspended.
 */
export function attestationCounts(
  { members }: Pick<ConsortiumConfiguration, 'members'>,
  attestation: Pick<AttestationState, 'mspId' | 'headerDigest'> | undefined,
  organization: Pick<OrganizationState, 'mspId' | 'status'> | undefined,
  digest: string,
): boolean {
  return (
    attestation?.headerDigest === digest &&
    organization?.mspId === attestation.mspId &&
    organization.status === 'active' &&
    members.some(({ mspId }) => mspId === attestation.mspId)
  );
}
