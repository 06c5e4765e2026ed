import type { Bls12381, G2Point, Scalar } from '../arithmetic/arithmetic.ts';
import { decodeNonZeroScalar, Fr } from '../arithmetic/scalar.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';

/** Ciphersuite of the draft "BLS signatures": minimal public keys, proof of possession. */
const DST_SIG = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';

/** Most authorities of one key. */
export const MAX_AUTHORITIES = 255;

/**
 * `PartialSign` of part 4.1: 96 bytes. An authority signs only what its own rules accept.
 * @param secretShare 32 bytes
 * @throws DecodingError for a share that is zero or not canonical
 */
export function signPartially({ G2 }: Bls12381, secretShare: Uint8Array, message: Uint8Array): Uint8Array {
  const share = decodeNonZeroScalar(secretShare, 'secret share');
  return G2.encode(G2.pow(G2.hashToCurve(message, DST_SIG), share));
}

/** `PartialVerify`: `e(pk_i, H) = e(g, sigma_i)`. */
export const verifyPartial = verifySignature;

/**
 * `Verify`: `e(groupKey, H) = e(g, sigma)`. Plain `false` for keys and signatures that do not decode.
 * @param publicKey 48 bytes
 * @param signature 96 bytes
 */
export function verifySignature(
  arithmetic: Bls12381,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { G1, G2 } = arithmetic;
  const decoded = decodedOrUndefined(() => ({
    pk: G1.decode(publicKey, 'key'),
    sigma: G2.decode(signature, 'signature'),
  }));
  if (decoded === undefined) return false;
  return arithmetic.pairingProductIsOne([
    [decoded.pk, G2.hashToCurve(message, DST_SIG)],
    [G1.inv(G1.generator), decoded.sigma],
  ]);
}

/** A partial signature with the index of its authority, from 1. */
export type Partial = Readonly<{ index: number; signature: Uint8Array }>;

export type Combination =
  | Readonly<{ valid: true; signature: Uint8Array }>
  | Readonly<{ valid: false; error: 'TOO_FEW' | 'INDEX' }>;

/**
 * `Combine`: the signature of the group from the first t partials. It does not verify them: verify before, or the result after. Any t
 * authorities give the same bytes.
 * @throws DecodingError for a partial that is not a point; CryptoError MQ_CRYPTO_ARGUMENT for a threshold outside 1..255
 */
export function combine({ G2 }: Bls12381, t: number, partials: readonly Partial[]): Combination {
  if (!Number.isInteger(t) || t < 1 || t > MAX_AUTHORITIES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `threshold is not in 1..${MAX_AUTHORITIES}`);
  }
  if (partials.length < t) return { valid: false, error: 'TOO_FEW' };
  const used = partials.slice(0, t);
  const indices = used.map(({ index }) => index);
  if (!indices.every(isIndex) || new Set(indices).size !== t) return { valid: false, error: 'INDEX' };
  const points = used.map(({ signature }, i): G2Point => G2.decode(signature, `partial ${i}`));
  return { valid: true, signature: G2.encode(G2.multiPow(points, lagrangeAtZero(indices))) };
}

/**
 * Combines the first t partials that verify, so that a wrong or lazy authority cannot spoil the result.
 * @param publicShares encoded keys of the authorities by index
 * @returns the signature, or `undefined` if fewer than t distinct authorities gave a valid partial
 */
export function combineValid(
  arithmetic: Bls12381,
  t: number,
  publicShares: ReadonlyMap<number, Uint8Array>,
  message: Uint8Array,
  partials: readonly Partial[],
): Uint8Array | undefined {
  const valid = new Map<number, Partial>();
  for (const partial of partials) {
    if (valid.size === t) break;
    const share = publicShares.get(partial.index);
    if (share === undefined || valid.has(partial.index)) continue;
    if (verifyPartial(arithmetic, share, message, partial.signature)) valid.set(partial.index, partial);
  }
  const combined = combine(arithmetic, t, [...valid.values()]);
  return combined.valid ? combined.signature : undefined;
}

const isIndex = (index: number) => Number.isInteger(index) && index >= 1 && index <= 0xffff;

/** `lambda_i = prod_{j != i} x_j / (x_j - x_i) mod r` for distinct indices from 1. */
export function lagrangeAtZero(indices: readonly number[]): Scalar[] {
  return indices.map((xi) => {
    const others = indices.filter((xj) => xj !== xi).map(BigInt);
    const numerator = others.reduce((product, xj) => Fr.mul(product, xj), 1n);
    const denominator = others.reduce((product, xj) => Fr.mul(product, Fr.sub(xj, BigInt(xi))), 1n);
    return Fr.mul(numerator, Fr.inv(denominator));
  });
}
