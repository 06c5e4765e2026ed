/**
 * The arithmetic of BLS12-381 that the schemes stand on. Two implementations: `noble-bls12381.ts` (readable) and `mcl-bls12381.ts`
 * (fast); differential tests prove them equal. Groups are written multiplicatively, as in the specifications: `pow(P2, sk)` is `P2^sk`.
 */

declare const group: unique symbol;
/** An element of the subgroup of order r of G1. Opaque and immutable; belongs to the implementation that made it. */
export type G1Point = { readonly [group]: 'G1' };
/** An element of the subgroup of order r of G2. */
export type G2Point = { readonly [group]: 'G2' };
/** An element of GT, the target of the pairing. */
export type GTElement = { readonly [group]: 'GT' };

/** An integer in 0..r-1 (see scalar.ts). Both implementations refuse others with a RangeError: that is a fault of the caller. */
export type Scalar = bigint;

/** G1 or G2. */
export interface PointGroup<P> {
  /** Length of the compressed encoding: 48 bytes for G1, 96 for G2. */
  readonly encodedBytes: 48 | 96;
  /** The standard generator. */
  readonly generator: P;
  readonly identity: P;
  mul(a: P, b: P): P;
  inv(a: P): P;
  /** base^exponent by the multiplication that the implementation offers for secret exponents (limits: README). */
  pow(base: P, exponent: Scalar): P;
  /** Product of all bases[i]^exponents[i]; lists of equal length, empty gives the identity. Variable time: public values only. */
  multiPow(bases: readonly P[], exponents: readonly Scalar[]): P;
  equals(a: P, b: P): boolean;
  isIdentity(a: P): boolean;
  /** RFC 9380 hash_to_curve, suites BLS12381G1_XMD:SHA-256_SSWU_RO_ and BLS12381G2_XMD:SHA-256_SSWU_RO_. */
  hashToCurve(message: Uint8Array, dst: string): P;
  /** Compressed encoding. The identity encodes as c0 00 .. 00, which `decode` refuses. */
  encode(point: P): Uint8Array;
  /**
   * Strict decoding: exact length, flags, coordinate below p, on the curve, in the subgroup, not the identity, equal when encoded again.
   * @param field name of the field, for the message of the error
   * @throws DecodingError with the code of the check that failed
   */
  decode(bytes: Uint8Array, field?: string): P;
}

/** GT, as far as equations between pairings need it. */
export interface TargetGroup {
  readonly one: GTElement;
  mul(a: GTElement, b: GTElement): GTElement;
  pow(base: GTElement, exponent: Scalar): GTElement;
  equals(a: GTElement, b: GTElement): boolean;
}

export type PairingInput = readonly [G1Point, G2Point];

export interface Bls12381 {
  readonly name: 'noble' | 'mcl';
  readonly G1: PointGroup<G1Point>;
  readonly G2: PointGroup<G2Point>;
  readonly GT: TargetGroup;
  /** e(P, Q); 1 if either is the identity. */
  pairing(p: G1Point, q: G2Point): GTElement;
  /** Whether the product of e(P_i, Q_i) is 1. One final exponentiation; a pair with an identity counts as 1. */
  pairingProductIsOne(pairs: readonly PairingInput[]): boolean;
}
