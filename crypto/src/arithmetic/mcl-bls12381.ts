import { hash_to_field } from '@noble/curves/abstract/hash-to-curve.js';
import { sha256 } from '@noble/hashes/sha2.js';
import mcl from 'mcl-wasm';
import { equalBytes, hexToBytes, i2osp } from '../encoding/bytes.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import type { Bls12381, G1Point, G2Point, GTElement, PairingInput, PointGroup, Scalar } from './arithmetic.ts';
import { COORDINATE_BYTES, checkCompressedForm, FIELD_ORDER } from './compressed-point.ts';
import { checkExponent, checkExponents } from './exponent.ts';
import { dstBytes } from './hash-to-curve-dst.ts';
import { hashToCurve, initialiseMcl, MAX_WASM_MESSAGE_BYTES, powConstantTime } from './mcl-module.ts';
import { encodeScalar } from './scalar.ts';

/** Bases of one product inside the module: 1024 of G2 with exponents take 320 KiB of its 1 MiB stack. */
const MAX_WASM_BASES = 1024;

const G1_GENERATOR = '97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb';
const G2_GENERATOR =
  '93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8';

// The opaque types of the interface are the values of the library: the casts of each direction are kept in these functions.
const hidden = <P>(value: mcl.G1 | mcl.G2 | mcl.GT) => value as unknown as P;
const inG1 = (point: G1Point) => point as unknown as mcl.G1;
const inG2 = (point: G2Point) => point as unknown as mcl.G2;
const inGT = (element: GTElement) => element as unknown as mcl.GT;

function inFr(scalar: Scalar): mcl.Fr {
  checkExponent(scalar);
  const fr = new mcl.Fr();
  const bytes = encodeScalar(scalar);
  fr.setBigEndianMod(bytes);
  bytes.fill(0);
  return fr;
}

function pointGroup<P, V extends mcl.G1 | mcl.G2>(
  encodedBytes: 48 | 96,
  Point: new () => V,
  open: (point: P) => V,
  generator: string,
  mapLongMessage: (message: Uint8Array, dst: Uint8Array) => V,
): PointGroup<P> {
  const identity = new Point(); // all limbs zero
  const decodeOnCurve = (bytes: Uint8Array): V | undefined => {
    const point = new Point();
    try {
      point.deserialize(bytes);
      return point;
    } catch {
      return undefined;
    }
  };
  const chunkPow = (bases: readonly P[], exponents: readonly Scalar[]): V =>
    mcl.mulVec(bases.map(open), exponents.map(inFr));
  return {
    encodedBytes,
    generator: hidden(decodeOnCurve(hexToBytes(generator)) as V),
    identity: hidden(identity),
    mul: (a, b) => hidden(mcl.add(open(a), open(b))),
    inv: (a) => hidden(mcl.neg(open(a))),
    pow(base, exponent) {
      const secret = inFr(exponent);
      const power = powConstantTime(open(base), secret);
      secret.clear();
      return hidden(power);
    },
    multiPow(bases, exponents) {
      checkExponents(bases, exponents);
      let product = identity;
      for (let start = 0; start < bases.length; start += MAX_WASM_BASES) {
        const end = start + MAX_WASM_BASES;
        product = mcl.add(product, chunkPow(bases.slice(start, end), exponents.slice(start, end)));
      }
      return hidden(product);
    },
    equals: (a, b) => open(a).isEqual(open(b) as never), // the typings cannot see that both are V
    isIdentity: (a) => open(a).isZero(),
    hashToCurve(message, dst) {
      const tag = dstBytes(dst);
      if (message.length > MAX_WASM_MESSAGE_BYTES) return hidden(mapLongMessage(message, tag));
      return hidden(hashToCurve(new Point(), message, tag));
    },
    encode: (point) => open(point).serialize(),
    decode(bytes, field = 'point') {
      checkCompressedForm(bytes, encodedBytes, field);
      const point = decodeOnCurve(bytes);
      if (point === undefined) throw new DecodingError('MQ_CRYPTO_POINT', `${field} is not on the curve`);
      if (!point.isValidOrder()) throw new DecodingError('MQ_CRYPTO_SUBGROUP', `${field} is outside the subgroup`);
      if (!equalBytes(point.serialize(), bytes))
        throw new DecodingError('MQ_CRYPTO_POINT', `${field} is not canonical`);
      return hidden(point);
    },
  };
}

/** hash_to_field of RFC 9380, section 5.2: two elements of the extension of degree m. */
const hashToField = (message: Uint8Array, DST: Uint8Array, m: 1 | 2) =>
  hash_to_field(message, 2, { p: FIELD_ORDER, m, k: 128, expand: 'xmd', hash: sha256, DST });

function inFp(coordinate: bigint): mcl.Fp {
  const fp = new mcl.Fp();
  fp.setBigEndianMod(i2osp(coordinate, COORDINATE_BYTES));
  return fp;
}

// Each map clears the cofactor of its point; the sum is that of the RFC, since clearing is a homomorphism.
const mapLongMessageToG1 = (message: Uint8Array, dst: Uint8Array): mcl.G1 =>
  hashToField(message, dst, 1)
    .map(([u = 0n]) => inFp(u).mapToG1())
    .reduce((a, b) => mcl.add(a, b));

const mapLongMessageToG2 = (message: Uint8Array, dst: Uint8Array): mcl.G2 =>
  hashToField(message, dst, 2)
    .map(([real = 0n, imaginary = 0n]) => {
      const u = new mcl.Fp2();
      u.set_a(inFp(real));
      u.set_b(inFp(imaginary));
      return u.mapToG2();
    })
    .reduce((a, b) => mcl.add(a, b));

function makeMclBls12381(): Bls12381 {
  const G1 = pointGroup<G1Point, mcl.G1>(48, mcl.G1, inG1, G1_GENERATOR, mapLongMessageToG1);
  const G2 = pointGroup<G2Point, mcl.G2>(96, mcl.G2, inG2, G2_GENERATOR, mapLongMessageToG2);
  const one = new mcl.GT();
  one.setInt(1);
  const product = (pairs: readonly PairingInput[]): mcl.GT => {
    const real = pairs.filter(([p, q]) => !inG1(p).isZero() && !inG2(q).isZero());
    if (real.length === 0) return one;
    return mcl.finalExp(real.map(([p, q]) => mcl.millerLoop(inG1(p), inG2(q))).reduce((a, b) => mcl.mul(a, b)));
  };
  return {
    name: 'mcl',
    G1,
    G2,
    GT: {
      one: hidden(one),
      mul: (a, b) => hidden(mcl.mul(inGT(a), inGT(b))),
      pow: (base, exponent) => hidden(mcl.pow(inGT(base), inFr(exponent))),
      equals: (a, b) => inGT(a).isEqual(inGT(b)),
    },
    pairing: (p, q) => hidden(product([[p, q]])),
    pairingProductIsOne: (pairs) => product(pairs).isOne(),
  };
}

let loaded: Bls12381 | undefined;

/** BLS12-381 on mcl in WebAssembly: the fast implementation. Compiles the module at the first call. */
export async function loadMclBls12381(): Promise<Bls12381> {
  await initialiseMcl();
  loaded ??= makeMclBls12381();
  return loaded;
}
