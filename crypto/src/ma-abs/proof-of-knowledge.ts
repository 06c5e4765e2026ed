import type { Scalar } from '../arithmetic/arithmetic.ts';
import { decodeScalar, encodeScalar, Fr, randomScalar, SCALAR_BYTES } from '../arithmetic/scalar.ts';
import { concatBytes } from '../encoding/bytes.ts';
import type { RandomSource } from '../random/random-source.ts';

/** A Schnorr proof; encoded `c || s`, 64 bytes. */
export type Proof = Readonly<{ c: Scalar; s: Scalar }>;

/**
 * Proves knowledge of `secret` by the sigma protocol of Schnorr with the Fiat-Shamir challenge (sections 5.1 and 6).
 * @param challenge computes the commitments from the nonce and hashes them with the statement
 */
export function proveKnowledge(secret: Scalar, random: RandomSource, challenge: (k: Scalar) => Scalar): Uint8Array {
  const k = randomScalar(random);
  const c = challenge(k);
  return encodeProof({ c, s: Fr.add(k, Fr.mul(c, secret)) });
}

export const encodeProof = ({ c, s }: Proof): Uint8Array => concatBytes(encodeScalar(c), encodeScalar(s));

/** @throws DecodingError MQ_CRYPTO_LENGTH unless it is 64 bytes, MQ_CRYPTO_SCALAR */
export const decodeProof = (bytes: Uint8Array): Proof => ({
  c: decodeScalar(bytes.subarray(0, SCALAR_BYTES), 'challenge of the proof'),
  s: decodeScalar(bytes.subarray(SCALAR_BYTES), 'response of the proof'),
});
