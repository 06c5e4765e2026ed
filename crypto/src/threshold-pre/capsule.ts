/** Capsules: a key point encapsulated to a delegating key. Source: threshold-pre.md section 5, names as there. */
import {
  decodePoint,
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  Fl,
  HL,
  isIdentity,
  mul,
  mulPublic,
  RISTRETTO_BASE,
  type RistrettoPoint,
  type RistrettoScalar,
  randomScalarL,
} from '../arithmetic/ristretto255.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError, decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';

export const CAPSULE_BYTES = 96;

/** A capsule whose proof has been checked. */
export type Capsule = Readonly<{ E: RistrettoPoint; V: RistrettoPoint }>;
/** `keyPoint` is enc(S), 32 secret bytes, from which the wrapping key is derived: exactly one data key per capsule. */
export type Encapsulated = Readonly<{ capsule: Uint8Array; keyPoint: Uint8Array }>;

/**
 * Encapsulates to a delegating public key; anyone can.
 * @param delegator `A`, 32 bytes
 * @throws DecodingError for a key that does not decode
 */
export function encapsulate(delegator: Uint8Array, random: RandomSource = systemRandom): Encapsulated {
  const A = decodePoint(delegator, 'delegator');
  const r = randomScalarL(random);
  const u = randomScalarL(random);
  const [E, V] = [encodePoint(mul(r, RISTRETTO_BASE)), encodePoint(mul(u, RISTRETTO_BASE))];
  const s = Fl.add(u, Fl.mul(r, HL('TPRE-H2', E, V)));
  const exponent = Fl.add(r, u);
  if (exponent === 0n) throw new CryptoError('MQ_CRYPTO_RANDOM', 'r and u cancel'); // probability 2^-252
  return { capsule: concatBytes(E, V, encodeScalarL(s)), keyPoint: encodePoint(mul(exponent, A)) };
}

/**
 * CheckCapsule: decodes and checks the proof that whoever made the capsule knows its exponents.
 * @throws DecodingError
 */
export function decodeCapsule(capsule: Uint8Array): Capsule {
  const { E, V, s, h } = decodeCapsuleFields(capsule);
  if (!mulPublic(s, RISTRETTO_BASE).equals(V.add(mulPublic(h, E)))) {
    throw new DecodingError('MQ_CRYPTO_FORMAT', 'capsule proof does not verify');
  }
  return { E, V };
}

/**
 * The fields of a capsule without its proof checked.
 * @throws DecodingError
 */
export function decodeCapsuleFields(capsule: Uint8Array): Capsule & { s: RistrettoScalar; h: RistrettoScalar } {
  const reader = new ByteReader(capsule);
  const [encodedE, encodedV, encodedS] = [reader.take(32, 'E'), reader.take(32, 'V'), reader.take(32, 's')];
  reader.end();
  const s = decodeScalarL(encodedS, 's');
  const [E, V] = [decodePoint(encodedE, 'E'), decodePoint(encodedV, 'V')];
  return { E, V, s, h: HL('TPRE-H2', encodedE, encodedV) };
}

/** Whether the bytes are a capsule; never throws. */
export const verifyCapsule = (capsule: Uint8Array): boolean =>
  decodedOrUndefined(() => decodeCapsule(capsule)) !== undefined;

/**
 * The key point for the owner of the delegating key: `S = a*(E+V)`. A wrong key gives another point, and unwrapping fails.
 * @returns enc(S), or undefined for a capsule that fails its check or whose key point is the identity
 */
export function decapsulateOwner(a: RistrettoScalar, capsule: Uint8Array): Uint8Array | undefined {
  const checked = decodedOrUndefined(() => decodeCapsule(capsule));
  if (checked === undefined) return undefined;
  const sum = checked.E.add(checked.V);
  return isIdentity(sum) ? undefined : encodePoint(mul(a, sum));
}
