import { mulAddUnsafe, pippenger } from '@noble/curves/abstract/curve.js';
import type { WeierstrassPoint, WeierstrassPointCons } from '@noble/curves/abstract/weierstrass.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { equalBytes } from '../encoding/bytes.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import type { Bls12381, G1Point, G2Point, GTElement, PairingInput, PointGroup, Scalar } from './arithmetic.ts';
import { checkCompressedForm, encodedIdentity, xCoordinates } from './compressed-point.ts';
import { checkExponent, checkExponents } from './exponent.ts';
import { dstBytes } from './hash-to-curve-dst.ts';

const { Fp, Fp2, Fp12 } = bls12_381.fields;
type Fp2Element = ReturnType<typeof Fp2.fromBigTuple>;
type Fp12Element = typeof Fp12.ONE;

/** From this many bases on, buckets beat the interleaved walk (measured). */
const PIPPENGER_MIN_BASES = 64;

// The opaque types of the interface are the points of the library: the two casts of each direction are kept in these functions.
const hidden = <P>(point: unknown) => point as P;
const inG1 = (point: G1Point) => point as unknown as WeierstrassPoint<bigint>;
const inG2 = (point: G2Point) => point as unknown as WeierstrassPoint<Fp2Element>;
const inGT = (element: GTElement) => element as unknown as Fp12Element;

function pointGroup<P, F>(
  encodedBytes: 48 | 96,
  Point: WeierstrassPointCons<F>,
  open: (point: P) => WeierstrassPoint<F>,
  hash: (message: Uint8Array, options: { DST: Uint8Array }) => WeierstrassPoint<F>,
  isOnCurve: (bytes: Uint8Array) => boolean,
): PointGroup<P> {
  return {
    encodedBytes,
    generator: hidden(Point.BASE),
    identity: hidden(Point.ZERO),
    mul: (a, b) => hidden(open(a).add(open(b))),
    inv: (a) => hidden(open(a).negate()),
    pow(base, exponent) {
      checkExponent(exponent);
      const point = open(base);
      // The library refuses the exponent 0 and gives no constant time for it; the schemes draw secrets from 1..r-1.
      if (exponent === 0n || point.is0()) return hidden(Point.ZERO);
      return hidden(point.multiply(exponent));
    },
    multiPow(bases, exponents) {
      checkExponents(bases, exponents);
      const points = bases.map(open);
      const multiply = points.length < PIPPENGER_MIN_BASES ? mulAddUnsafe : pippenger;
      return hidden(multiply<WeierstrassPoint<F>, WeierstrassPointCons<F>>(Point, points, [...exponents]));
    },
    equals: (a, b) => open(a).equals(open(b)),
    isIdentity: (a) => open(a).is0(),
    hashToCurve: (message, dst) => hidden(hash(message, { DST: dstBytes(dst) })),
    encode: (point) => (open(point).is0() ? encodedIdentity(encodedBytes) : open(point).toBytes()),
    decode(bytes, field = 'point') {
      checkCompressedForm(bytes, encodedBytes, field);
      let point: WeierstrassPoint<F>;
      try {
        point = Point.fromBytes(bytes); // checks curve and subgroup, with one kind of error for both
      } catch (cause) {
        if (isOnCurve(bytes))
          throw new DecodingError('MQ_CRYPTO_SUBGROUP', `${field} is outside the subgroup`, { cause });
        throw new DecodingError('MQ_CRYPTO_POINT', `${field} is not on the curve`, { cause });
      }
      if (!equalBytes(point.toBytes(), bytes)) throw new DecodingError('MQ_CRYPTO_POINT', `${field} is not canonical`);
      return hidden(point);
    },
  };
}

/** y^2 = x^3 + 4 in Fp; y^2 = x^3 + 4(1 + i) in Fp2. */
const G1_B = 4n;
const G2_B = Fp2.fromBigTuple([4n, 4n]);

const isOnG1Curve = (bytes: Uint8Array) => {
  const [x = 0n] = xCoordinates(bytes);
  return hasSquareRoot(() => Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), G1_B)));
};
const isOnG2Curve = (bytes: Uint8Array) => {
  const [imaginary = 0n, real = 0n] = xCoordinates(bytes);
  const x = Fp2.fromBigTuple([real, imaginary]);
  return hasSquareRoot(() => Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2_B)));
};
function hasSquareRoot(sqrt: () => unknown): boolean {
  try {
    sqrt();
    return true;
  } catch {
    return false;
  }
}

/** BLS12-381 on @noble/curves: the implementation to read, and the cross-check of the fast one. */
export const nobleBls12381: Bls12381 = {
  name: 'noble',
  G1: pointGroup<G1Point, bigint>(48, bls12_381.G1.Point, inG1, bls12_381.G1.hashToCurve, isOnG1Curve),
  G2: pointGroup<G2Point, Fp2Element>(96, bls12_381.G2.Point, inG2, bls12_381.G2.hashToCurve, isOnG2Curve),
  GT: {
    one: hidden(Fp12.ONE),
    mul: (a, b) => hidden(Fp12.mul(inGT(a), inGT(b))),
    pow(base: GTElement, exponent: Scalar) {
      checkExponent(exponent);
      return hidden(Fp12.pow(inGT(base), exponent));
    },
    equals: (a, b) => Fp12.eql(inGT(a), inGT(b)),
  },
  pairing: (p, q) => hidden(product([[p, q]])),
  pairingProductIsOne: (pairs) => Fp12.eql(product(pairs), Fp12.ONE),
};

function product(pairs: readonly PairingInput[]): Fp12Element {
  const points = pairs.map(([p, q]) => ({ g1: inG1(p), g2: inG2(q) })).filter(({ g1, g2 }) => !g1.is0() && !g2.is0());
  return bls12_381.pairingBatch(points);
}
