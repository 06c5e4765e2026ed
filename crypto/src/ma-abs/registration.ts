import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { equalBytes } from '../encoding/bytes.ts';
import { type AuthorityRecord, verifyAuthorityRecord } from './authority.ts';
import type { RegistryEntry } from './registry.ts';
import { type ProofContext, verifyUserKey } from './user.ts';

/** Why a registration is refused; `ADMITTED` if it is not. The cheap reasons come first. */
export type Admission = 'ADMITTED' | 'IDENTIFIER_TAKEN' | 'KEY_TAKEN' | 'INVALID';

/** The whole registry check of section 5.2: identifier and key unused among `existing`, record valid. */
export function admitAuthority(
  arithmetic: Bls12381,
  channel: string,
  record: AuthorityRecord,
  existing: readonly RegistryEntry[],
): Admission {
  if (existing.some(({ id }) => id === record.id)) return 'IDENTIFIER_TAKEN';
  if (existing.some(({ W }) => equalBytes(W, record.W))) return 'KEY_TAKEN';
  return verifyAuthorityRecord(arithmetic, channel, record) ? 'ADMITTED' : 'INVALID';
}

/**
 * Registration of a user (section 6): one person per Y, and the person knows its secret. That the person has no other Y is known only to
 * whoever checked the person's identity; that the nonce was issued for this and is unused, only to its issuer.
 * @param Y encoded, 48 bytes; `isTaken` says whether it is registered already
 */
export function admitUser(
  arithmetic: Bls12381,
  Y: Uint8Array,
  context: ProofContext,
  proof: Uint8Array,
  isTaken: (Y: Uint8Array) => boolean,
): Exclude<Admission, 'IDENTIFIER_TAKEN'> {
  if (isTaken(Y)) return 'KEY_TAKEN';
  return verifyUserKey(arithmetic, Y, context, proof) ? 'ADMITTED' : 'INVALID';
}
