import { bls12_381 } from '@noble/curves/bls12-381.js';
import { i2osp, os2ip } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import type { RandomSource } from '../random/random-source.ts';
import type { Scalar } from './arithmetic.ts';

/** r, the prime order of G1, G2 and GT. */
export const ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
export const SCALAR_BYTES = 32;

/** Uniform bytes to a scalar: 48 bytes leave a bias below 2^-128. */
export const UNIFORM_BYTES = 48;

/** Draws that may come out zero before the source is taken for broken; one has probability 2^-255. */
const MAX_ZERO_DRAWS = 8;

/** Arithmetic modulo r. */
export const Fr: {
  add(a: Scalar, b: Scalar): Scalar;
  sub(a: Scalar, b: Scalar): Scalar;
  mul(a: Scalar, b: Scalar): Scalar;
  neg(a: Scalar): Scalar;
  /** @throws Error for 0 */
  inv(a: Scalar): Scalar;
} = bls12_381.fields.Fr;

/** 32 bytes, big-endian. */
export const encodeScalar = (scalar: Scalar): Uint8Array => i2osp(scalar, SCALAR_BYTES);

/**
 * Reads a canonical scalar: exactly 32 bytes, below r, nothing is reduced. Zero is allowed.
 * @throws DecodingError MQ_CRYPTO_LENGTH, MQ_CRYPTO_SCALAR
 */
export function decodeScalar(bytes: Uint8Array, field = 'scalar'): Scalar {
  if (bytes.length !== SCALAR_BYTES)
    throw new DecodingError('MQ_CRYPTO_LENGTH', `${field} is not ${SCALAR_BYTES} bytes`);
  const scalar = os2ip(bytes);
  if (scalar >= ORDER) throw new DecodingError('MQ_CRYPTO_SCALAR', `${field} is not below the group order`);
  return scalar;
}

/** `decodeScalar` for scalars that must not be zero. */
export function decodeNonZeroScalar(bytes: Uint8Array, field = 'scalar'): Scalar {
  const scalar = decodeScalar(bytes, field);
  if (scalar === 0n) throw new DecodingError('MQ_CRYPTO_SCALAR', `${field} is zero`);
  return scalar;
}

/** A uniform scalar in 1..r-1: 48 bytes modulo r, drawn again if zero. */
export function randomScalar(random: RandomSource): Scalar {
  for (let draw = 0; draw < MAX_ZERO_DRAWS; draw++) {
    const bytes = random.bytes(UNIFORM_BYTES);
    const scalar = os2ip(bytes) % ORDER;
    bytes.fill(0);
    if (scalar !== 0n) return scalar;
  }
  throw new CryptoError('MQ_CRYPTO_RANDOM', 'the random source returns zeros');
}
