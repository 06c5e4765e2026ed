/**
 * Threshold oblivious PRF: t of n authorities evaluate the function of RFC 9497 on an identifier that none of them sees,
 * each with a proof for its share. Source: threshold-oprf.md sections 4 to 7, names as there.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import {
  decodePoint,
  encodePoint,
  isIdentity,
  lagrangeAtZero,
  mulPublic,
  RISTRETTO_IDENTITY,
  RISTRETTO_POINT_BYTES,
  type RistrettoPoint,
} from '../arithmetic/ristretto255.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { orUndefined } from '../errors/or-undefined.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { checkToprfText, type ToprfKeyShare, type ToprfPublicKey, toprfPublicShare } from './threshold-oprf-key.ts';
import {
  VOPRF_MAX_INPUT_BYTES,
  VOPRF_OUTPUT_BYTES,
  VOPRF_PROOF_BYTES,
  voprfBlind,
  voprfEvaluate,
  voprfFinalize,
  voprfVerify,
} from './voprf.ts';

export const TOPRF_MAX_BATCH = 64;
export const TOPRF_TAG_BYTES = 32;
const MAGIC_REQUEST = utf8('MQO1');
const MAGIC_ANSWER = utf8('MQO2');

/** An identifier as its issuer writes it, normalised by the client. Never leaves the client. */
export type ToprfIdentity = Readonly<{ issuer: string; identifier: string }>;
/** `blinds` are secret and used once; `request` goes to the authorities. */
export type ToprfRequest = Readonly<{ request: Uint8Array; blinds: readonly Uint8Array[] }>;
export type ToprfCombineError = 'TOO_FEW' | 'BAD_ANSWER' | 'DUPLICATE';
/** `answer`: position of the answer at fault, where there is one. */
export type ToprfCombined =
  | Readonly<{ valid: true; outputs: readonly Uint8Array[] }>
  | Readonly<{ valid: false; error: ToprfCombineError; answer?: number }>;

/**
 * Input octets of an identity under the scope of a key (section 4).
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for an empty or overlong issuer, MQ_CRYPTO_LIMIT where the whole is too long
 */
export function toprfInput(
  { scope }: Pick<ToprfPublicKey, 'scope'>,
  { issuer, identifier }: ToprfIdentity,
): Uint8Array {
  checkToprfText(issuer, 'issuer');
  const { channel, purpose } = scope;
  const input = concatBytes(lp('MEDQUORUM-V1-TOPRF-INPUT'), lp(channel), lp(purpose), lp(issuer), lp(identifier));
  if (input.length > VOPRF_MAX_INPUT_BYTES) throw new CryptoError('MQ_CRYPTO_LIMIT', 'identity is too long');
  return input;
}

/** Blinds 1 to 64 inputs for one request (section 4). */
export function toprfRequest(
  { keyId }: Pick<ToprfPublicKey, 'keyId'>,
  inputs: readonly Uint8Array[],
  random: RandomSource = systemRandom,
): ToprfRequest {
  checkBatch(inputs.length);
  const blinded = inputs.map((input) => voprfBlind(input, random));
  const elements = blinded.map(({ blindedElement }) => blindedElement);
  return {
    request: concatBytes(MAGIC_REQUEST, keyId, i2osp(inputs.length, 2), ...elements),
    blinds: blinded.map(({ blind }) => blind),
  };
}

/**
 * An authority's answer with the proof for its share (section 5). The caller has checked quota and logged the request.
 * @throws DecodingError for a request that is malformed or for another key
 */
export function toprfEvaluate(
  publicKey: ToprfPublicKey,
  { index, kj, Yj }: ToprfKeyShare,
  request: Uint8Array,
  random: RandomSource = systemRandom,
): Uint8Array {
  const elements = decodeToprfRequest(publicKey, request);
  const { evaluatedElements, proof } = voprfEvaluate({ skS: kj, pkS: Yj }, elements, random);
  const count = i2osp(elements.length, 2);
  return concatBytes(MAGIC_ANSWER, sha256(request), i2osp(index, 2), count, ...evaluatedElements, proof);
}

/** Whether an answer is right for this request and key (section 6): public evidence; false for anything malformed. */
export function toprfAnswerVerify(publicKey: ToprfPublicKey, request: Uint8Array, answer: Uint8Array): boolean {
  return verifiedAnswer(publicKey, request, answer) !== undefined;
}

/** Combines the first t answers into the outputs of the function (section 7). Errors are values, checked in that order. */
export function toprfCombine(
  publicKey: ToprfPublicKey,
  { request, blinds }: ToprfRequest,
  answers: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
): ToprfCombined {
  if (blinds.length !== inputs.length)
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'inputs and blinds differ in number');
  const { t } = publicKey.scope;
  if (answers.length < t) return { valid: false, error: 'TOO_FEW' };
  const verified: Answer[] = [];
  for (const [position, answer] of answers.slice(0, t).entries()) {
    const decoded = verifiedAnswer(publicKey, request, answer);
    if (decoded === undefined) return { valid: false, error: 'BAD_ANSWER', answer: position };
    verified.push(decoded);
  }
  if (new Set(verified.map(({ index }) => index)).size !== t) return { valid: false, error: 'DUPLICATE' };
  if (verified[0]?.elements.length !== inputs.length) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'inputs and request differ in number');
  }
  const lambda = lagrangeAtZero(verified.map(({ index }) => BigInt(index)));
  const Z = inputs.map((_, l) =>
    verified.reduce(
      (sum, { elements }, i) => sum.add(mulPublic(lambda[i] as bigint, elements[l] as RistrettoPoint)),
      RISTRETTO_IDENTITY,
    ),
  );
  if (Z.some(isIdentity)) return { valid: false, error: 'BAD_ANSWER' };
  const outputs = inputs.map((input, l) =>
    voprfFinalize(input, blinds[l] as Uint8Array, encodePoint(Z[l] as RistrettoPoint)),
  );
  return { valid: true, outputs };
}

/** The uniqueness tag for the ledger, 32 bytes, from a 64-byte output. */
export function toprfTag({ scope, commitments }: ToprfPublicKey, output: Uint8Array): Uint8Array {
  if (output.length !== VOPRF_OUTPUT_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'output is not 64 bytes');
  const C0 = encodePoint(commitments[0] as RistrettoPoint);
  const info = concatBytes(lp('MEDQUORUM-V1-TOPRF-TAG'), lp(scope.channel), lp(scope.purpose), C0);
  return hkdf(sha256, output, undefined, info, TOPRF_TAG_BYTES);
}

type Answer = Readonly<{ index: number; elements: readonly RistrettoPoint[] }>;

function verifiedAnswer(publicKey: ToprfPublicKey, request: Uint8Array, answer: Uint8Array): Answer | undefined {
  return orUndefined(() => {
    const blinded = decodeToprfRequest(publicKey, request);
    const { index, evaluated, proof } = decodeToprfAnswer(publicKey, request, answer);
    const Yj = toprfPublicShare(publicKey, index);
    if (isIdentity(Yj)) throw new DecodingError('MQ_CRYPTO_IDENTITY', 'public share is the identity');
    if (!voprfVerify(encodePoint(Yj), blinded, evaluated, proof)) {
      throw new DecodingError('MQ_CRYPTO_FORMAT', 'proof does not verify');
    }
    return { index, elements: evaluated.map((Z) => decodePoint(Z, 'element')) };
  });
}

/**
 * Fields of an answer to a request, not yet verified: `evaluated` and `proof` are still encoded.
 * @throws DecodingError
 */
export function decodeToprfAnswer(publicKey: ToprfPublicKey, request: Uint8Array, answer: Uint8Array) {
  const count = decodeToprfRequest(publicKey, request).length;
  const reader = new ByteReader(answer);
  reader.expect(MAGIC_ANSWER, 'magic', 'MQ_CRYPTO_MAGIC');
  reader.expect(sha256(request), 'hash of the request');
  const index = reader.uint(2, 'index');
  if (index < 1 || index > publicKey.scope.n) throw new DecodingError('MQ_CRYPTO_FORMAT', 'index is not 1 to n');
  reader.expect(i2osp(count, 2), 'count');
  const evaluated = reader.takeEach(count, RISTRETTO_POINT_BYTES, 'elements');
  const proof = reader.take(VOPRF_PROOF_BYTES, 'proof');
  reader.end();
  return { index, evaluated, proof };
}

/**
 * Blinded elements of a request, still encoded.
 * @throws DecodingError
 */
export function decodeToprfRequest({ keyId }: Pick<ToprfPublicKey, 'keyId'>, request: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(request);
  reader.expect(MAGIC_REQUEST, 'magic', 'MQ_CRYPTO_MAGIC');
  reader.expect(keyId, 'key');
  const count = reader.uint(2, 'count');
  if (count < 1 || count > TOPRF_MAX_BATCH) throw new DecodingError('MQ_CRYPTO_LIMIT', 'count is not 1 to 64');
  const elements = reader.takeEach(count, RISTRETTO_POINT_BYTES, 'elements');
  reader.end();
  return elements;
}

function checkBatch(count: number): void {
  if (count < 1 || count > TOPRF_MAX_BATCH) {
    throw new CryptoError('MQ_CRYPTO_LIMIT', `a request has 1 to ${TOPRF_MAX_BATCH} inputs`);
  }
}
