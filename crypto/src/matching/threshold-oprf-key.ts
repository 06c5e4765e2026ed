/** Distributed key of the threshold oblivious PRF. Source: threshold-oprf.md sections 2 and 3, names as there. */
import { sha256 } from '@noble/hashes/sha2.js';
import {
  decodeNonZeroScalarL,
  decodePoint,
  decodeScalarL,
  encodePoint,
  encodeScalarL,
  evaluatePolynomial,
  Fl,
  HL,
  isIdentity,
  mul,
  mulPublic,
  RISTRETTO_BASE,
  RISTRETTO_IDENTITY,
  RISTRETTO_POINT_BYTES,
  type RistrettoPoint,
  type RistrettoScalar,
  randomScalarL,
} from '../arithmetic/ristretto255.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { orUndefined } from '../errors/or-undefined.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';

export const TOPRF_MAX_AUTHORITIES = 32;
export const TOPRF_MAX_TEXT_BYTES = 256;
const MAGIC_DEAL = utf8('MQD1');
const MAGIC_PUBLIC_KEY = utf8('MQO0');

/** What a key is for; part of every hash. `epoch` counts key generations, `t` of `n` authorities evaluate. */
export type ToprfScope = Readonly<{ channel: string; purpose: string; epoch: number; t: number; n: number }>;

/** One authority's dealing: `deal` is public, `shares[j-1]` goes sealed to authority j (32 bytes). */
export type ToprfDealing = Readonly<{ deal: Uint8Array; shares: readonly Uint8Array[] }>;

/** The joint key: commitments C_0..C_(t-1) to a polynomial that nobody knows. */
export type ToprfPublicKey = Readonly<{ scope: ToprfScope; commitments: readonly RistrettoPoint[]; keyId: Uint8Array }>;

/** An authority's share `k_j` with the public share `Y_j`, both encoded. */
export type ToprfKeyShare = Readonly<{ index: number; kj: Uint8Array; Yj: Uint8Array }>;

/**
 * Octets of a scope.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT where t, n, epoch or a text is out of range
 */
export function toprfScope({ channel, purpose, epoch, t, n }: ToprfScope): Uint8Array {
  checkToprfText(channel, 'channel');
  checkToprfText(purpose, 'purpose');
  const inRange = [t, n].every(Number.isSafeInteger) && t >= 1 && t <= n && n <= TOPRF_MAX_AUTHORITIES;
  if (!inRange) throw new CryptoError('MQ_CRYPTO_ARGUMENT', `1 <= t <= n <= ${TOPRF_MAX_AUTHORITIES} is violated`);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'epoch is not a counter');
  return concatBytes(lp(channel), lp(purpose), i2osp(epoch, 8), i2osp(t, 2), i2osp(n, 2));
}

/** A text of a scope or an input: 1 to 256 bytes of UTF-8. */
export function checkToprfText(text: string, field: string): void {
  const { length } = utf8(text);
  if (length < 1 || length > TOPRF_MAX_TEXT_BYTES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `${field} is not 1 to ${TOPRF_MAX_TEXT_BYTES} bytes`);
  }
}

/** Steps 1, 2 and 4 of section 3 for authority i: polynomial, commitments, proof of knowledge, shares. */
export function toprfDeal(scope: ToprfScope, i: number, random: RandomSource = systemRandom): ToprfDealing {
  const octets = toprfScope(scope);
  checkIndex(i, scope.n);
  const a = Array.from({ length: scope.t }, () => randomScalarL(random));
  const C = a.map((aik) => encodePoint(mul(aik, RISTRETTO_BASE)));
  const w = randomScalarL(random);
  const c = HL('TOPRF-POK', octets, i2osp(i, 2), C[0] as Uint8Array, encodePoint(mul(w, RISTRETTO_BASE)));
  const s = Fl.add(w, Fl.mul(c, a[0] as RistrettoScalar));
  return {
    deal: concatBytes(MAGIC_DEAL, i2osp(i, 2), i2osp(scope.t, 2), ...C, encodeScalarL(c), encodeScalarL(s)),
    shares: Array.from({ length: scope.n }, (_, j) => encodeScalarL(evaluatePolynomial(a, BigInt(j + 1)))),
  };
}

/** What goes to the ledger before any deal is shown. */
export const toprfDealDigest = (scope: ToprfScope, deal: Uint8Array): Uint8Array =>
  sha256(concatBytes(lp('MEDQUORUM-V1-TOPRF-DEAL'), lp(toprfScope(scope)), lp(deal)));

/** Whether dealer i knows the constant term it commits to; false for anything malformed. */
export function toprfDealVerify(scope: ToprfScope, i: number, deal: Uint8Array): boolean {
  const decoded = orUndefined(() => ({ ...decodeToprfDeal(scope, i, deal), octets: toprfScope(scope) }));
  if (decoded === undefined) return false;
  const { commitments, c, s, octets } = decoded;
  const C0 = commitments[0] as RistrettoPoint;
  const W = mulPublic(s, RISTRETTO_BASE).subtract(mulPublic(c, C0));
  if (isIdentity(W)) return false;
  return HL('TOPRF-POK', octets, i2osp(i, 2), encodePoint(C0), encodePoint(W)) === c;
}

/** Whether `share` is f_i(j) of the deal (step 4): the complaint of a receiver is decided by this. */
export function toprfShareVerify(
  scope: ToprfScope,
  i: number,
  deal: Uint8Array,
  j: number,
  share: Uint8Array,
): boolean {
  const decoded = orUndefined(() => ({
    octets: toprfScope(scope),
    ...decodeToprfDeal(scope, i, deal),
    fij: decodeScalarL(share, 'share'),
  }));
  if (decoded === undefined || !isIndex(j, scope.n)) return false;
  return mulPublic(decoded.fij, RISTRETTO_BASE).equals(commitmentAt(decoded.commitments, j));
}

/**
 * Step 5: the joint public key of the verified deals of the qualified set, in any order.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for fewer than t deals, a dealer twice, or a degenerate sum; DecodingError for bad deals
 */
export function toprfAggregate(scope: ToprfScope, deals: readonly Uint8Array[]): ToprfPublicKey {
  if (deals.length < scope.t || deals.length > scope.n) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'the qualified set is smaller than t or larger than n');
  }
  const decoded = deals.map((deal) => decodeToprfDeal(scope, dealerOf(deal), deal));
  if (new Set(decoded.map(({ i }) => i)).size !== deals.length) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'a dealer stands twice in the qualified set');
  }
  const commitments = Array.from({ length: scope.t }, (_, k) =>
    decoded.reduce((sum, deal) => sum.add(deal.commitments[k] as RistrettoPoint), RISTRETTO_IDENTITY),
  );
  if (commitments.some(isIdentity)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'a joint commitment is the identity');
  return publicKeyOf(scope, commitments);
}

/** `"MQO0" || lp(scope) || C_0 .. C_(t-1)`. */
export const encodeToprfPublicKey = ({
  scope,
  commitments,
}: Pick<ToprfPublicKey, 'scope' | 'commitments'>): Uint8Array =>
  concatBytes(MAGIC_PUBLIC_KEY, lp(toprfScope(scope)), ...commitments.map(encodePoint));

/**
 * Reads a public key of a known scope, which the caller takes from the ledger.
 * @throws DecodingError for other bytes, CryptoError MQ_CRYPTO_ARGUMENT for the scope
 */
export function decodeToprfPublicKey(scope: ToprfScope, bytes: Uint8Array): ToprfPublicKey {
  const reader = new ByteReader(bytes);
  reader.expect(MAGIC_PUBLIC_KEY, 'magic', 'MQ_CRYPTO_MAGIC');
  reader.expect(lp(toprfScope(scope)), 'scope');
  const encoded = reader.takeEach(scope.t, RISTRETTO_POINT_BYTES, 'commitments');
  reader.end();
  return publicKeyOf(
    scope,
    encoded.map((C) => decodePoint(C, 'commitment')),
  );
}

/** `Y_j = sum_k j^k*C_k`. */
export function toprfPublicShare({ scope, commitments }: ToprfPublicKey, j: number): RistrettoPoint {
  checkIndex(j, scope.n);
  return commitmentAt(commitments, j);
}

/**
 * Authority j's key share: the sum of the verified shares it received from the qualified set.
 * @throws CryptoError MQ_CRYPTO_CREDENTIAL where the sum does not fit the public key; DecodingError for a share that does not decode
 */
export function toprfKeyShare(publicKey: ToprfPublicKey, j: number, shares: readonly Uint8Array[]): ToprfKeyShare {
  const Yj = toprfPublicShare(publicKey, j);
  const kj = shares.reduce((sum, share) => Fl.add(sum, decodeScalarL(share, 'share')), 0n);
  if (kj === 0n || !mul(kj, RISTRETTO_BASE).equals(Yj)) {
    throw new CryptoError('MQ_CRYPTO_CREDENTIAL', 'the shares do not add up to the share of this authority');
  }
  return { index: j, kj: encodeScalarL(kj), Yj: encodePoint(Yj) };
}

function publicKeyOf(scope: ToprfScope, commitments: readonly RistrettoPoint[]): ToprfPublicKey {
  const octets = encodeToprfPublicKey({ scope, commitments });
  return { scope, commitments, keyId: sha256(concatBytes(lp('MEDQUORUM-V1-TOPRF-KEY'), lp(octets))) };
}

/** Horner's rule over the commitments. */
const commitmentAt = (commitments: readonly RistrettoPoint[], j: number): RistrettoPoint =>
  commitments.reduceRight((sum, Ck) => mulPublic(BigInt(j), sum).add(Ck), RISTRETTO_IDENTITY);

/** Reads only the dealer's index, which the qualified set is keyed by. */
function dealerOf(deal: Uint8Array): number {
  const reader = new ByteReader(deal);
  reader.expect(MAGIC_DEAL, 'magic', 'MQ_CRYPTO_MAGIC');
  return reader.uint(2, 'index');
}

type DecodedDeal = Readonly<{ i: number; commitments: RistrettoPoint[]; c: RistrettoScalar; s: RistrettoScalar }>;

/**
 * Fields of a deal, its proof not yet verified.
 * @throws DecodingError
 */
export function decodeToprfDeal(scope: ToprfScope, i: number, deal: Uint8Array): DecodedDeal {
  const reader = new ByteReader(deal);
  reader.expect(MAGIC_DEAL, 'magic', 'MQ_CRYPTO_MAGIC');
  if (reader.uint(2, 'index') !== i || !isIndex(i, scope.n)) {
    throw new DecodingError('MQ_CRYPTO_FORMAT', 'deal of another index');
  }
  if (reader.uint(2, 't') !== scope.t) throw new DecodingError('MQ_CRYPTO_FORMAT', 'deal for another t');
  const encoded = reader.takeEach(scope.t, RISTRETTO_POINT_BYTES, 'commitments');
  const [c, s] = [reader.take(32, 'c'), reader.take(32, 's')];
  reader.end();
  const commitments = encoded.map((C) => decodePoint(C, 'commitment'));
  return { i, commitments, c: decodeNonZeroScalarL(c, 'c'), s: decodeScalarL(s, 's') };
}

const isIndex = (j: number, n: number): boolean => Number.isSafeInteger(j) && j >= 1 && j <= n;

function checkIndex(j: number, n: number): void {
  if (!isIndex(j, n)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', `index is not 1 to ${n}`);
}
