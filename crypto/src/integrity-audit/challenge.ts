/** Challenges and how many blocks they need. Source: integrity-audit.md sections 7 and 10, names as there. */
import { sha256 } from '@noble/hashes/sha2.js';
import { shake256 } from '@noble/hashes/sha3.js';
import type { Scalar } from '../arithmetic/arithmetic.ts';
import { concatBytes, i2osp, lp, os2ip } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { MAX_BLOCKS } from './manifest.ts';

const COEFFICIENT_BYTES = 16;
const SQUEEZED_BYTES = 1088; // eight blocks of SHAKE256

/** Block `index` and its coefficient `v`, 128 bits, not zero. */
export type ChallengedBlock = Readonly<{ index: number; v: Scalar }>;

/** Seed of an audit. The beacon must be unpredictable when the provider commits to the file, and serves one audit. */
export const challengeSeed = (channel: string, auditId: string, beacon: Uint8Array): Uint8Array =>
  sha256(concatBytes(lp('MEDQUORUM-V1-AUDIT-SEED'), lp(channel), lp(auditId), lp(beacon)));

/**
 * The `min(c, n)` challenged blocks of a file: a Fisher-Yates shuffle of which only the swapped places are kept, so that
 * the cost follows c and not n.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT unless 1 <= n <= 1,000,000 and c >= 1
 */
export function challenge(seed: Uint8Array, mh: Uint8Array, n: number, c: number): ChallengedBlock[] {
  if (![n, c].every((count) => Number.isSafeInteger(count) && count >= 1) || n > MAX_BLOCKS) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'n or c is out of range');
  }
  const count = Math.min(c, n);
  const octets = concatBytes(lp('MEDQUORUM-V1-AUDIT-CHALLENGE'), lp(seed), lp(mh), i2osp(count, 4));
  const X = new OutputStream(octets);
  const moved = new Map<number, number>();
  const at = (position: number) => moved.get(position) ?? position;
  const indices = Array.from({ length: count }, (_, k) => {
    const other = k + uniformBelow(X, n - k);
    const index = at(other);
    moved.set(other, at(k));
    return index;
  });
  return indices.map((index) => ({ index, v: coefficient(X) }));
}

/** Four bytes at a time, refused from the last incomplete multiple of `limit` on. */
function uniformBelow(X: OutputStream, limit: number): number {
  const bound = Math.floor(2 ** 32 / limit) * limit;
  for (;;) {
    const value = X.take(4).reduce((high, byte) => high * 256 + byte, 0);
    if (value < bound) return value % limit;
  }
}

function coefficient(X: OutputStream): Scalar {
  for (;;) {
    const v = os2ip(X.take(COEFFICIENT_BYTES));
    if (v !== 0n) return v;
  }
}

/** The SHAKE256 stream, squeezed in pieces: a call for every four bytes would cost more than the hash. */
class OutputStream {
  readonly #shake: ReturnType<typeof shake256.create>;
  #held = new Uint8Array();
  constructor(message: Uint8Array) {
    this.#shake = shake256.create({ dkLen: 32 }).update(message);
  }

  /** The next `length` bytes, at most {@link SQUEEZED_BYTES}. */
  take(length: number): Uint8Array {
    if (this.#held.length < length) this.#held = concatBytes(this.#held, this.#shake.xof(SQUEEZED_BYTES));
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }
}

/** Blocks to challenge so that the loss of `corrupted` of n blocks is found with probability of at least `confidence`. */
export type SampleSize = Readonly<{ withReplacement: number; withoutReplacement: number }>;

/**
 * Section 10, computed exactly: at n = 100 and one lost block the bound is met with equality, where floating point would miss it.
 * @param confidence decimal text between 0 and 1, for example `0.99`
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for numbers out of range
 */
export function sampleSize(n: number, corrupted: number, confidence: string): SampleSize {
  const isCount = (value: number, max: number) => Number.isSafeInteger(value) && value >= 1 && value <= max;
  const digits = /^0\.(\d{1,9})$/.exec(confidence)?.[1];
  if (!isCount(n, MAX_BLOCKS) || !isCount(corrupted, n) || digits === undefined || /^0+$/.test(digits)) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'n, corrupted or confidence is out of range');
  }
  const scale = 10n ** BigInt(digits.length);
  const miss = { numerator: scale - BigInt(digits), denominator: scale };
  return {
    withReplacement: countWithReplacement(n, corrupted, miss),
    withoutReplacement: countWithoutReplacement(n, corrupted, miss),
  };
}

type Fraction = Readonly<{ numerator: bigint; denominator: bigint }>;

/** Equality with a bound of 9 decimals is possible for small counts only, since a power in lowest terms keeps all its factors. */
const MAX_EXACT_POWER = 64;
/** Relative distance from the bound below which floating point is not trusted; its own error stays far below. */
const NEAR = 1e-9;

/** Smallest c with `(1 - d/n)^c <= miss`. */
function countWithReplacement(n: number, d: number, miss: Fraction): number {
  if (d === n) return 1;
  const isEnough = (c: number) => {
    if (c > MAX_EXACT_POWER) return c * Math.log1p(-d / n) <= Math.log(asNumber(miss));
    return BigInt(n - d) ** BigInt(c) * miss.denominator <= miss.numerator * BigInt(n) ** BigInt(c);
  };
  const guess = Math.ceil(Math.log(asNumber(miss)) / Math.log1p(-d / n));
  return [guess - 1, guess, guess + 1].find((c) => c >= 1 && isEnough(c)) ?? guess;
}

/** Smallest c with `prod_{k<c} (n-d-k)/(n-k) <= miss`. */
function countWithoutReplacement(n: number, d: number, miss: Fraction): number {
  const bound = asNumber(miss);
  let product = 1;
  for (let c = 1; c < n; c++) {
    product *= (n - d - c + 1) / (n - c + 1);
    if (product < bound * (1 - NEAR)) return c;
    if (product <= bound * (1 + NEAR) && isAtMost(n, d, c, miss)) return c;
  }
  return n; // all blocks: nothing is missed
}

/** The product is symmetric in c and d, so the shorter of both is multiplied out. */
function isAtMost(n: number, d: number, c: number, miss: Fraction): boolean {
  const [few, many] = [Math.min(c, d), Math.max(c, d)];
  let [numerator, denominator] = [1n, 1n];
  for (let k = 0; k < few; k++) {
    numerator *= BigInt(Math.max(0, n - many - k));
    denominator *= BigInt(n - k);
  }
  return numerator * miss.denominator <= miss.numerator * denominator;
}

const asNumber = ({ numerator, denominator }: Fraction): number => Number(numerator) / Number(denominator);
