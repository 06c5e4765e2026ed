/**
 * Shamir's secret sharing over GF(2^8), polynomial x^8+x^4+x^3+x+1, byte by byte (Shamir 1979; matching-and-dedup.md part
 * 6, steps 1 and 5). No tables: a table indexed by secrets shows them to whoever shares the cache.
 */
import { CryptoError } from '../errors/crypto-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';

export const MAX_SHARES = 255;

/** Value of the polynomial at `index` (1..255), as long as the secret. */
export type SecretShare = Readonly<{ index: number; value: Uint8Array }>;

/**
 * @returns n shares, indices 1..n, of which any t give the secret back and fewer say nothing about it
 * @throws CryptoError MQ_CRYPTO_ARGUMENT unless 1 <= t <= n <= 255
 */
export function shamirSplit(
  secret: Uint8Array,
  t: number,
  n: number,
  random: RandomSource = systemRandom,
): SecretShare[] {
  if (![t, n].every(Number.isSafeInteger) || t < 1 || t > n || n > MAX_SHARES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `1 <= t <= n <= ${MAX_SHARES} is violated`);
  }
  const coefficients = [secret, ...Array.from({ length: t - 1 }, () => random.bytes(secret.length))];
  return Array.from({ length: n }, (_, i) => {
    const index = i + 1;
    const value = secret.map((_, b) =>
      coefficients.reduceRight((sum, coefficient) => multiply(sum, index) ^ (coefficient[b] as number), 0),
    );
    return { index, value };
  });
}

/** Interpolation at 0 of shares with distinct, non-zero indices and equal lengths, which the caller has checked. */
export function shamirCombine(shares: readonly SecretShare[]): Uint8Array {
  const [first] = shares;
  if (first === undefined) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'no shares');
  const secret = new Uint8Array(first.value.length);
  for (const { index, value } of shares) {
    const lambda = shares.reduce(
      (product, other) =>
        other.index === index ? product : multiply(product, divide(other.index, other.index ^ index)),
      1,
    );
    value.forEach((byte, b) => {
      secret[b] = (secret[b] as number) ^ multiply(byte, lambda);
    });
  }
  return secret;
}

/** Russian peasant multiplication: eight steps without a branch on the operands. */
function multiply(a: number, b: number): number {
  let product = 0;
  let multiple = a;
  for (let bit = 0; bit < 8; bit++) {
    product ^= multiple & -((b >> bit) & 1);
    multiple = (multiple << 1) ^ (0x11b & -((multiple >> 7) & 1));
  }
  return product;
}

/** a / b = a * b^254 for b != 0; indices are public. */
function divide(a: number, b: number): number {
  let inverse = 1;
  for (let i = 0; i < 254; i++) inverse = multiply(inverse, b);
  return multiply(a, inverse);
}
