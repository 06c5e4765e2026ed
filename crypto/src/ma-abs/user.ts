import type { Bls12381, G1Point, Scalar } from '../arithmetic/arithmetic.ts';
import { Fr } from '../arithmetic/scalar.ts';
import { HS } from '../encoding/expand-message.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { isAuthorityId, isChannel } from './identifiers.ts';
import { decodeProof, proveKnowledge } from './proof-of-knowledge.ts';
import { generators, mapScalar } from './suite.ts';

export const USER_SECRET_BYTES = 32;
export const NONCE_BYTES = 16;

/** One secret per person: `Y = H1^usk` is registered once and all authorities issue on it. */
export type UserKey = Readonly<{ usk: Scalar; Y: G1Point }>;

/**
 * `usk` and `Y` of section 6 from the 32 secret bytes of the key tree.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for another length, or for bytes that map to zero
 */
export function deriveUserKey(arithmetic: Bls12381, uskOctets: Uint8Array): UserKey {
  if (uskOctets.length !== USER_SECRET_BYTES)
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'user secret is not 32 bytes');
  const usk = mapScalar(uskOctets);
  if (usk === 0n) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'user secret maps to zero'); // probability 2^-255
  return { usk, Y: arithmetic.G1.pow(generators(arithmetic).H1, usk) };
}

/** To whom and on what challenge a user proves: the registry or an authority, with a nonce it has just made. */
export type ProofContext = Readonly<{ channel: string; verifierId: string; nonce: Uint8Array }>;

/**
 * Proof of knowledge of `usk` to one verifier, 64 bytes (section 6).
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a malformed context
 */
export function proveUserKey(
  arithmetic: Bls12381,
  { usk, Y }: UserKey,
  context: ProofContext,
  random: RandomSource = systemRandom,
): Uint8Array {
  if (!isProofContext(context)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'channel, verifier or nonce is malformed');
  const { G1 } = arithmetic;
  const encodedY = G1.encode(Y);
  return proveKnowledge(usk, random, (k) =>
    userChallenge(arithmetic, context, encodedY, G1.pow(generators(arithmetic).H1, k)),
  );
}

/**
 * Checks a proof of `proveUserKey`. Whether the nonce was issued by this verifier and is unused is for the caller, who keeps the nonces.
 * @param Y encoded, 48 bytes
 */
export const verifyUserKey = (arithmetic: Bls12381, Y: Uint8Array, context: ProofContext, proof: Uint8Array): boolean =>
  provenUserKey(arithmetic, Y, context, proof) !== undefined;

/** `verifyUserKey` for those who go on with the point: Y decoded, or `undefined` if the proof fails. */
export function provenUserKey(
  arithmetic: Bls12381,
  Y: Uint8Array,
  context: ProofContext,
  proof: Uint8Array,
): G1Point | undefined {
  if (!isProofContext(context)) return undefined;
  const { G1 } = arithmetic;
  const decoded = decodedOrUndefined(() => ({ ...decodeProof(proof), point: G1.decode(Y, 'Y') }));
  if (decoded === undefined) return undefined;
  const { c, s, point } = decoded;
  const T = G1.multiPow([generators(arithmetic).H1, point], [s, Fr.neg(c)]);
  return userChallenge(arithmetic, context, Y, T) === c ? point : undefined;
}

const isProofContext = ({ channel, verifierId, nonce }: ProofContext): boolean =>
  isChannel(channel) && isAuthorityId(verifierId) && nonce.length === NONCE_BYTES;

const userChallenge = (
  { G1 }: Bls12381,
  { channel, verifierId, nonce }: ProofContext,
  Y: Uint8Array,
  T: G1Point,
): Scalar => HS('MAABS-USERPOK', channel, verifierId, nonce, Y, G1.encode(T));
