import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { isChannel, isScope } from './identifiers.ts';
import { scopeBase } from './statement.ts';
import type { UserKey } from './user.ts';

const FLAGS_OFFSET = 4; // after the magic
const TAG_OFFSET = 8 + 32 + 48; // header, c, C
const TAG_BYTES = 48;

/**
 * The pseudonym of a user in a scope, 48 bytes: `Tag = Hs^usk` of section 9. The same for all signatures of the user in the scope, unlinkable
 * to any other scope.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a channel or scope that is not 1 to 128 bytes of text
 */
export function scopePseudonym(arithmetic: Bls12381, channel: string, scope: string, { usk }: UserKey): Uint8Array {
  if (!isChannel(channel) || !isScope(scope)) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'channel or scope is not 1 to 128 bytes of text');
  }
  return arithmetic.G1.encode(arithmetic.G1.pow(scopeBase(arithmetic, channel, scope), usk));
}

/**
 * The pseudonym inside a signature that `verify` accepted with a scope, 48 bytes.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a signature without tag
 */
export function pseudonymOf(verifiedSignature: Uint8Array): Uint8Array {
  if (verifiedSignature[FLAGS_OFFSET] !== 1)
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'the signature carries no pseudonym');
  return verifiedSignature.slice(TAG_OFFSET, TAG_OFFSET + TAG_BYTES);
}
