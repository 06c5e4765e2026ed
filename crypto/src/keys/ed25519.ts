/**
 * Ed25519 (RFC 8032) with one meaning on every platform. Verification rules differ between libraries exactly where an
 * attacker chooses keys and signatures (small-order points, unreduced encodings, cofactor), and two endorsers that
 * differ would split. The rule here: canonical S, canonical encoding of A and R, A not of small order, and the equation
 * without cofactor, enc(S*B - k*A) = R, which is what OpenSSL computes.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

export const ED25519_SEED_BYTES = 32;
export const ED25519_PUBLIC_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;

/**
 * The signature equation alone; lengths and the public key are checked by {@link verifyEd25519} before it is called.
 * An implementation must not throw and must refuse S >= L. `node:crypto` and {@link nobleEquation} agree on all inputs.
 */
export type Ed25519Equation = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

/** @returns the 64-byte signature R || S of `message` under the 32-byte seed (RFC 8032 section 5.1.6) */
export function signEd25519(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed);
}

/** @returns the 32-byte public key of a 32-byte seed (RFC 8032 section 5.1.5) */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** True for 32 bytes that are the canonical encoding of a curve point of large order. */
export function isEd25519PublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== ED25519_PUBLIC_KEY_BYTES) return false;
  try {
    return !ed25519.Point.fromBytes(publicKey, false).isSmallOrder();
  } catch {
    return false; // y >= p, or no point has this y
  }
}

/**
 * Strict verification; never throws.
 *
 * @param equation the arithmetic, noble by default; Node callers inject the one of `../node-crypto.ts` for speed
 */
export function verifyEd25519(
  signature: Uint8Array,
  message: Uint8Array,
  publicKey: Uint8Array,
  equation: Ed25519Equation = nobleEquation,
): boolean {
  if (signature.length !== ED25519_SIGNATURE_BYTES) return false;
  return isEd25519PublicKey(publicKey) && equation(signature, message, publicKey);
}

/** The equation of RFC 8032 section 5.1.7 without cofactor: noble's own `verify` multiplies by 8 and accepts more. */
export function nobleEquation(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  const { BASE, Fn, fromBytes } = ed25519.Point;
  const encodedR = signature.subarray(0, 32);
  try {
    const s = Fn.fromBytes(signature.subarray(32, 64)); // refuses S >= L
    const k = Fn.create(littleEndian(sha512(concatBytes(encodedR, publicKey, message))));
    const A = fromBytes.call(ed25519.Point, publicKey, false);
    const R = BASE.multiplyUnsafe(s).subtract(A.multiplyUnsafe(k)).toBytes();
    return R.every((byte, i) => byte === encodedR[i]); // all public: no constant time needed
  } catch {
    return false;
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
