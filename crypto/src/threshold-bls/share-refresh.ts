import type { Scalar } from '../arithmetic/arithmetic.ts';
import { decodeScalar, encodeScalar, Fr, randomScalar } from '../arithmetic/scalar.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { type DealerPolynomial, type KeyShare, publicShare } from './distributed-key.ts';
import type { KeySuite } from './key-suite.ts';

/** Commitments `C_1 .. C_(t-1)` of a polynomial with f(0) = 0. C_0 would be the identity, which no encoding may hold, so it is left out. */
export type RefreshContribution = Readonly<{ commitments: readonly Uint8Array[] }>;

/**
 * A dealer's part in a refresh (part 4.2, last paragraph): new shares of the same key, so that old ones become useless.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a threshold below 2: one share is the key and cannot change
 */
export function dealRefresh<Key, Proof>(
  { keys }: KeySuite<Key, Proof>,
  t: number,
  random: RandomSource = systemRandom,
): { polynomial: DealerPolynomial; contribution: RefreshContribution } {
  if (!Number.isInteger(t) || t < 2)
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'a key of threshold 1 has nothing to refresh');
  const coefficients = Array.from({ length: t - 1 }, () => randomScalar(random));
  return {
    polynomial: { coefficients: [0n, ...coefficients] },
    contribution: { commitments: coefficients.map((a) => keys.encode(keys.pow(keys.generator, a))) },
  };
}

/** `g^share = prod_(k >= 1) C_k^(j^k)`; with t-1 commitments, so that no dealer raises the degree. */
export function verifyRefreshShare<Key, Proof>(
  { keys }: KeySuite<Key, Proof>,
  t: number,
  { commitments }: RefreshContribution,
  j: number,
  share: Uint8Array,
): boolean {
  if (commitments.length !== t - 1 || !Number.isInteger(j) || j < 1) return false;
  const decoded = decodedOrUndefined(() => ({
    share: decodeScalar(share, 'share'),
    commitments: commitments.map((commitment) => keys.decode(commitment, 'commitment')),
  }));
  if (decoded === undefined) return false;
  const expected = keys.multiPow(decoded.commitments, powersOf(j, t));
  return keys.equals(keys.pow(keys.generator, decoded.share), expected);
}

/**
 * The share after a refresh: add the verified shares of the dealers, one list order for both. Erase the old share afterwards.
 * @throws CryptoError MQ_CRYPTO_PROOF if a share does not verify, MQ_CRYPTO_ARGUMENT if the lists do not fit together
 */
export function refreshShare<Key, Proof>(
  suite: KeySuite<Key, Proof>,
  old: KeyShare,
  contributions: readonly RefreshContribution[],
  shares: readonly Uint8Array[],
): KeyShare {
  const { keys } = suite;
  const t = old.groupCommitments.length;
  if (shares.length !== contributions.length || shares.length === 0) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'shares and contributions do not fit together');
  }
  contributions.forEach((contribution, i) => {
    if (!verifyRefreshShare(suite, t, contribution, old.index, shares[i] as Uint8Array)) {
      throw new CryptoError('MQ_CRYPTO_PROOF', `share ${i} does not belong to its commitments`);
    }
  });
  const secret = [old.secretShare, ...shares]
    .map((share) => decodeScalar(share, 'share'))
    .reduce((a, b) => Fr.add(a, b));
  const [groupKey, ...rest] = old.groupCommitments as [Uint8Array, ...Uint8Array[]];
  const groupCommitments = [
    groupKey,
    ...rest.map((commitment, k) =>
      keys.encode(
        [commitment, ...contributions.map(({ commitments }) => commitments[k] as Uint8Array)]
          .map((encoded) => keys.decode(encoded, 'commitment'))
          .reduce((a, b) => keys.mul(a, b)),
      ),
    ),
  ];
  return {
    index: old.index,
    secretShare: encodeScalar(secret),
    publicShare: publicShare(suite, groupCommitments, old.index),
    groupKey,
    groupCommitments,
  };
}

/** j, j^2, .., j^(t-1). */
function powersOf(j: number, t: number): Scalar[] {
  const powers: Scalar[] = [];
  for (let k = 1, power = BigInt(j); k < t; k++, power = Fr.mul(power, BigInt(j))) powers.push(power);
  return powers;
}
