/**
 * Verifiable oblivious pseudorandom function: RFC 9497, mode 0x01 (VOPRF), suite ristretto255-SHA512, unchanged.
 * Names as in the RFC. @noble/curves has the same suite, but joins verification and finalisation and draws its own
 * scalars; the parts are needed apart here (shares, vectors), and the tests prove both equal.
 */
import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { sha512 } from '@noble/hashes/sha2.js';
import {
  decodeNonZeroScalarL,
  decodePoint,
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  Fl,
  hashToGroup,
  isIdentity,
  mul,
  mulPublic,
  RISTRETTO_BASE,
  RISTRETTO_IDENTITY,
  RISTRETTO_UNIFORM_BYTES,
  type RistrettoPoint,
  type RistrettoScalar,
  randomScalarL,
  reduceScalarL,
} from '../arithmetic/ristretto255.ts';
import { concatBytes, equalBytes, i2osp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';

export const VOPRF_SEED_BYTES = 32;
export const VOPRF_PROOF_BYTES = 64;
export const VOPRF_OUTPUT_BYTES = 64;
/** RFC 9497 section 1.2: PrivateInput is at most 2^16 - 1 bytes. */
export const VOPRF_MAX_INPUT_BYTES = 0xffff;
/** Elements in one evaluation; the RFC leaves room for 65,535. */
export const VOPRF_MAX_BATCH = 256;

const contextString = 'OPRFV1-\u0001-ristretto255-SHA512';

export type VoprfKeyPair = Readonly<{ skS: Uint8Array; pkS: Uint8Array }>;
/** `blind` is secret and used once; `blindedElement` goes to the server. */
export type VoprfBlinded = Readonly<{ blind: Uint8Array; blindedElement: Uint8Array }>;
export type VoprfEvaluation = Readonly<{ evaluatedElements: readonly Uint8Array[]; proof: Uint8Array }>;

/**
 * DeriveKeyPair, section 3.2.1.
 * @param seed 32 bytes
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for another length of seed, or `info` beyond 65,535 bytes
 */
export function voprfDeriveKeyPair(seed: Uint8Array, info: Uint8Array): VoprfKeyPair {
  if (seed.length !== VOPRF_SEED_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'seed is not 32 bytes');
  if (info.length > 0xffff) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'info is longer than 65535 bytes');
  const deriveInput = concatBytes(seed, i2osp(info.length, 2), info);
  for (let counter = 0; counter <= 255; counter++) {
    const skS = HashToScalar(concatBytes(deriveInput, i2osp(counter, 1)), `DeriveKeyPair${contextString}`);
    if (skS !== 0n) return { skS: encodeScalarL(skS), pkS: encodePoint(mul(skS, RISTRETTO_BASE)) };
  }
  throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'no key can be derived');
}

/**
 * Blind, section 3.3.1.
 * @throws CryptoError MQ_CRYPTO_LIMIT for an input beyond 65,535 bytes
 */
export function voprfBlind(input: Uint8Array, random: RandomSource = systemRandom): VoprfBlinded {
  const blind = randomScalarL(random);
  return { blind: encodeScalarL(blind), blindedElement: voprfBlindWith(input, blind) };
}

/** The deterministic part of {@link voprfBlind}: `blind * HashToGroup(input)`. */
export function voprfBlindWith(input: Uint8Array, blind: RistrettoScalar): Uint8Array {
  if (input.length > VOPRF_MAX_INPUT_BYTES)
    throw new CryptoError('MQ_CRYPTO_LIMIT', 'input is longer than 65535 bytes');
  const inputElement = hashToGroup(input, `HashToGroup-${contextString}`);
  if (isIdentity(inputElement)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'the input hashes to the identity');
  return encodePoint(mul(blind, inputElement));
}

/**
 * BlindEvaluate of a batch under one proof, section 3.3.2.
 * @throws DecodingError for elements or keys that do not decode, CryptoError MQ_CRYPTO_LIMIT for an empty or too long batch
 */
export function voprfEvaluate(
  { skS, pkS }: VoprfKeyPair,
  blindedElements: readonly Uint8Array[],
  random: RandomSource = systemRandom,
): VoprfEvaluation {
  if (!isBatch(blindedElements))
    throw new CryptoError('MQ_CRYPTO_LIMIT', `a batch has 1 to ${VOPRF_MAX_BATCH} elements`);
  const k = decodeNonZeroScalarL(skS, 'skS');
  const C = blindedElements.map((element) => decodePoint(element, 'blindedElement'));
  const D = C.map((blindedElement) => mul(k, blindedElement));
  const proof = generateProof(k, decodePoint(pkS, 'pkS'), C, D, randomScalarL(random));
  return { evaluatedElements: D.map(encodePoint), proof };
}

/** VerifyProof, section 2.2.2: whether all were evaluated with the key of `pkS`. False for anything malformed. */
export function voprfVerify(
  pkS: Uint8Array,
  blindedElements: readonly Uint8Array[],
  evaluatedElements: readonly Uint8Array[],
  proof: Uint8Array,
): boolean {
  if (!isBatch(blindedElements) || blindedElements.length !== evaluatedElements.length) return false;
  if (proof.length !== VOPRF_PROOF_BYTES) return false;
  const decoded = decodedOrUndefined(() => ({
    c: decodeScalarL(proof.subarray(0, 32), 'c'),
    s: decodeScalarL(proof.subarray(32), 's'),
    B: decodePoint(pkS, 'pkS'),
    C: blindedElements.map((element) => decodePoint(element, 'blindedElement')),
    D: evaluatedElements.map((element) => decodePoint(element, 'evaluatedElement')),
  }));
  if (decoded === undefined) return false;
  const { c, s, B, C, D } = decoded;
  const { M, Z } = computeComposites(B, C, D);
  const t2 = mulPublic(s, RISTRETTO_BASE).add(mulPublic(c, B));
  const t3 = mulPublic(s, M).add(mulPublic(c, Z));
  return equalBytes(encodeScalarL(challenge(B, M, Z, t2, t3)), proof.subarray(0, 32));
}

/**
 * The hash of Finalize, section 3.3.1, for an evaluation that {@link voprfVerify} accepted.
 * @returns 64 bytes
 * @throws DecodingError for a blind or element that does not decode
 */
export function voprfFinalize(input: Uint8Array, blind: Uint8Array, evaluatedElement: Uint8Array): Uint8Array {
  if (input.length > VOPRF_MAX_INPUT_BYTES)
    throw new CryptoError('MQ_CRYPTO_LIMIT', 'input is longer than 65535 bytes');
  const N = mul(Fl.inv(decodeNonZeroScalarL(blind, 'blind')), decodePoint(evaluatedElement, 'evaluatedElement'));
  return sha512(concatBytes(prefixed(input), prefixed(encodePoint(N)), utf8('Finalize')));
}

/** GenerateProof, section 2.2.1, with the nonce r given. */
function generateProof(
  k: RistrettoScalar,
  B: RistrettoPoint,
  C: readonly RistrettoPoint[],
  D: readonly RistrettoPoint[],
  r: RistrettoScalar,
): Uint8Array {
  const { M } = computeComposites(B, C, D);
  const Z = mulOrIdentity(k, M); // ComputeCompositesFast
  const c = challenge(B, M, Z, mul(r, RISTRETTO_BASE), mulOrIdentity(r, M));
  const s = Fl.sub(r, Fl.mul(c, k));
  return concatBytes(encodeScalarL(c), encodeScalarL(s));
}

/** A batch may be crafted so that M is the identity; noble's multiplication accepts it, its encoding is all zero. */
const mulOrIdentity = (k: RistrettoScalar, M: RistrettoPoint): RistrettoPoint => (isIdentity(M) ? M : mul(k, M));

/** ComputeComposites, section 2.2.1. */
function computeComposites(B: RistrettoPoint, C: readonly RistrettoPoint[], D: readonly RistrettoPoint[]) {
  const seed = sha512(concatBytes(prefixed(encodePoint(B)), prefixed(utf8(`Seed-${contextString}`))));
  let M = RISTRETTO_IDENTITY;
  let Z = RISTRETTO_IDENTITY;
  C.forEach((Ci, i) => {
    const Di = D[i] as RistrettoPoint;
    const h2Input = [
      prefixed(seed),
      i2osp(i, 2),
      prefixed(encodePoint(Ci)),
      prefixed(encodePoint(Di)),
      utf8('Composite'),
    ];
    const di = HashToScalar(concatBytes(...h2Input));
    M = M.add(mulPublic(di, Ci));
    Z = Z.add(mulPublic(di, Di));
  });
  return { M, Z };
}

function challenge(...points: readonly RistrettoPoint[]): RistrettoScalar {
  return HashToScalar(concatBytes(...points.map((point) => prefixed(encodePoint(point))), utf8('Challenge')));
}

function HashToScalar(input: Uint8Array, dst = `HashToScalar-${contextString}`): RistrettoScalar {
  return reduceScalarL(expand_message_xmd(input, utf8(dst), RISTRETTO_UNIFORM_BYTES, sha512));
}

const prefixed = (bytes: Uint8Array): Uint8Array => concatBytes(i2osp(bytes.length, 2), bytes);

const isBatch = (elements: readonly Uint8Array[]): boolean =>
  elements.length >= 1 && elements.length <= VOPRF_MAX_BATCH;
