/**
 * ristretto255 (RFC 9496) as the schemes use it: prime order L, written additively, 32-byte canonical encodings, scalars
 * 32 bytes little-endian. One implementation, @noble/curves. The identity is never an encoded value here.
 */

import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import type { RandomSource } from '../random/random-source.ts';

export const RISTRETTO_POINT_BYTES = 32;
export const RISTRETTO_SCALAR_BYTES = 32;
/** Uniform bytes to a scalar: 64 bytes leave a bias below 2^-256. */
export const RISTRETTO_UNIFORM_BYTES = 64;
/** Draws that may come out zero before the source is taken for broken; one has probability 2^-252. */
const MAX_ZERO_DRAWS = 8;

/** A group element. Immutable; `add`, `subtract`, `equals` as usual, multiplication by {@link mul} and {@link mulPublic}. */
export type RistrettoPoint = InstanceType<typeof ristretto255.Point>;
export type RistrettoScalar = bigint;

/** Arithmetic modulo L. `inv` throws for 0. */
export const Fl = ristretto255.Point.Fn;
/** L = 2^252 + 27742317777372353535851937790883648493. */
export const RISTRETTO_ORDER: bigint = Fl.ORDER;
/** The generator G. */
export const RISTRETTO_BASE: RistrettoPoint = ristretto255.Point.BASE;
export const RISTRETTO_IDENTITY: RistrettoPoint = ristretto255.Point.ZERO;

/** k*P for secret k in 1..L-1, by noble's multiplication with a fixed sequence of operations (limits: README). */
export const mul = (k: RistrettoScalar, P: RistrettoPoint): RistrettoPoint => P.multiply(k);

/** k*P in variable time, k in 0..L-1: public values only. */
export const mulPublic = (k: RistrettoScalar, P: RistrettoPoint): RistrettoPoint => P.multiplyUnsafe(k);

export const isIdentity = (P: RistrettoPoint): boolean => P.equals(RISTRETTO_IDENTITY);

/** 32 bytes, canonical. */
export const encodePoint = (P: RistrettoPoint): Uint8Array => P.toBytes();

/** 32 bytes, little-endian. */
export const encodeScalarL = (k: RistrettoScalar): Uint8Array => Fl.toBytes(k);

/**
 * Strict decoding: exact length, canonical, not the identity.
 * @param field name of the field, for the message of the error
 * @throws DecodingError MQ_CRYPTO_LENGTH, MQ_CRYPTO_POINT, MQ_CRYPTO_IDENTITY
 */
export function decodePoint(bytes: Uint8Array, field = 'point'): RistrettoPoint {
  if (bytes.length !== RISTRETTO_POINT_BYTES) {
    throw new DecodingError('MQ_CRYPTO_LENGTH', `${field} is not ${RISTRETTO_POINT_BYTES} bytes`);
  }
  let point: RistrettoPoint;
  try {
    point = ristretto255.Point.fromBytes(bytes);
  } catch (cause) {
    throw new DecodingError('MQ_CRYPTO_POINT', `${field} is not a canonical ristretto255 element`, { cause });
  }
  if (isIdentity(point)) throw new DecodingError('MQ_CRYPTO_IDENTITY', `${field} is the identity`);
  return point;
}

/**
 * Reads a canonical scalar: exactly 32 bytes, below L, nothing is reduced. Zero is allowed.
 * @throws DecodingError MQ_CRYPTO_LENGTH, MQ_CRYPTO_SCALAR
 */
export function decodeScalarL(bytes: Uint8Array, field = 'scalar'): RistrettoScalar {
  if (bytes.length !== RISTRETTO_SCALAR_BYTES) {
    throw new DecodingError('MQ_CRYPTO_LENGTH', `${field} is not ${RISTRETTO_SCALAR_BYTES} bytes`);
  }
  const scalar = littleEndian(bytes);
  if (scalar >= RISTRETTO_ORDER) throw new DecodingError('MQ_CRYPTO_SCALAR', `${field} is not below the group order`);
  return scalar;
}

/** {@link decodeScalarL} for scalars that must not be zero. */
export function decodeNonZeroScalarL(bytes: Uint8Array, field = 'scalar'): RistrettoScalar {
  const scalar = decodeScalarL(bytes, field);
  if (scalar === 0n) throw new DecodingError('MQ_CRYPTO_SCALAR', `${field} is zero`);
  return scalar;
}

/** 64 bytes, little-endian, modulo L. */
export const reduceScalarL = (uniform: Uint8Array): RistrettoScalar => littleEndian(uniform) % RISTRETTO_ORDER;

/** A uniform scalar in 1..L-1: 64 bytes modulo L, drawn again if zero. */
export function randomScalarL(random: RandomSource): RistrettoScalar {
  for (let draw = 0; draw < MAX_ZERO_DRAWS; draw++) {
    const scalar = reduceScalarL(random.bytes(RISTRETTO_UNIFORM_BYTES));
    if (scalar !== 0n) return scalar;
  }
  throw new CryptoError('MQ_CRYPTO_RANDOM', 'the random source returns zeros');
}

/** RFC 9380 appendix B: `expand_message_xmd` (SHA-512, 64 bytes), then the one-way map of RFC 9496 section 4.3.4. */
export const hashToGroup = (message: Uint8Array, dst: string): RistrettoPoint =>
  ristretto255_hasher.hashToCurve(message, { DST: dst }) as RistrettoPoint;

/** `HL(tag, p1, .., pj)`: hash of length-prefixed parts to a scalar, domain `MEDQUORUM-V1-<tag>`. */
export function HL(tag: string, ...parts: readonly (Uint8Array | string)[]): RistrettoScalar {
  const message = concatBytes(...parts.map((part) => lp(part)));
  return reduceScalarL(expand_message_xmd(message, utf8(`MEDQUORUM-V1-${tag}`), RISTRETTO_UNIFORM_BYTES, sha512));
}

/**
 * Lagrange coefficients at 0 for distinct x: `lambda_i = prod_{j != i} x_j / (x_j - x_i)` mod L.
 * Two equal x have no inverse: callers refuse them first.
 */
export function lagrangeAtZero(x: readonly RistrettoScalar[]): RistrettoScalar[] {
  return x.map((xi, i) => {
    let numerator = 1n;
    let denominator = 1n;
    x.forEach((xj, j) => {
      if (j === i) return;
      numerator = Fl.mul(numerator, xj);
      denominator = Fl.mul(denominator, Fl.sub(xj, xi));
    });
    return Fl.mul(numerator, Fl.inv(denominator));
  });
}

/** f(x) of the polynomial with these coefficients, ascending degree. */
export const evaluatePolynomial = (coefficients: readonly RistrettoScalar[], x: RistrettoScalar): RistrettoScalar =>
  coefficients.reduceRight((value, coefficient) => Fl.add(Fl.mul(value, x), coefficient), 0n);

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
