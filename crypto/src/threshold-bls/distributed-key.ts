import { sha256 } from '@noble/hashes/sha2.js';
import type { Scalar } from '../arithmetic/arithmetic.ts';
import { decodeScalar, encodeScalar, Fr, ORDER, randomScalar } from '../arithmetic/scalar.ts';
import { concatBytes, equalBytes, i2osp, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import type { KeySuite } from './key-suite.ts';
import { MAX_AUTHORITIES } from './threshold-signature.ts';

/** What a dealer reveals: encoded commitments `C_0 .. C_(t-1)` to its polynomial, and the proof of possession of `C_0`. */
export type Contribution = Readonly<{ commitments: readonly Uint8Array[]; pop: Uint8Array }>;

/** The secret polynomial `f` of a dealer, coefficients ascending. Erase when the ceremony is over. */
export type DealerPolynomial = Readonly<{ coefficients: readonly Scalar[] }>;

/**
 * First step of a dealer (part 4.2, step 1): a random polynomial of degree t-1 and what is revealed about it.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a threshold outside 1..255
 */
export function deal<Key, Proof>(
  suite: KeySuite<Key, Proof>,
  t: number,
  random: RandomSource = systemRandom,
): { polynomial: DealerPolynomial; contribution: Contribution } {
  checkCount(t, 'threshold');
  const { keys, proofs, DST_POP } = suite;
  const coefficients = Array.from({ length: t }, () => randomScalar(random));
  const commitments = coefficients.map((a) => keys.encode(keys.pow(keys.generator, a)));
  const pop = proofs.pow(proofs.hashToCurve(commitments[0] as Uint8Array, DST_POP), coefficients[0] as Scalar);
  return { polynomial: { coefficients }, contribution: { commitments, pop: proofs.encode(pop) } };
}

/** What a dealer sends to the ledger before anybody reveals: SHA-256 of commitments and proof. */
export const contributionDigest = ({ commitments, pop }: Contribution): Uint8Array =>
  sha256(concatBytes(...commitments, pop));

/** `PopVerify`: `e(C_0, Hash(enc(C_0), DST_POP)) = e(g, pop)`, so that no dealer takes a key it does not know. */
export function verifyPossession<Key, Proof>(suite: KeySuite<Key, Proof>, key: Uint8Array, pop: Uint8Array): boolean {
  const { keys, proofs, DST_POP, pairingsEqual } = suite;
  const decoded = decodedOrUndefined(() => ({
    key: keys.decode(key, 'key'),
    pop: proofs.decode(pop, 'proof of possession'),
  }));
  if (decoded === undefined) return false;
  return pairingsEqual(decoded.key, proofs.hashToCurve(key, DST_POP), keys.generator, decoded.pop);
}

/** Whether a revealed contribution is the one its dealer committed to, of degree t-1, with a valid proof of possession. */
export function verifyContribution<Key, Proof>(
  suite: KeySuite<Key, Proof>,
  t: number,
  digest: Uint8Array,
  contribution: Contribution,
): boolean {
  const { commitments, pop } = contribution;
  if (commitments.length !== t || !equalBytes(contributionDigest(contribution), digest)) return false;
  const decoded = decodedOrUndefined(() =>
    commitments.map((commitment) => suite.keys.decode(commitment, 'commitment')),
  );
  return decoded !== undefined && verifyPossession(suite, commitments[0] as Uint8Array, pop);
}

/**
 * `f(j)` for authority j, from 1: 32 secret bytes, to be sealed with `shareInfo`.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for an index outside 1..255
 */
export function shareFor({ coefficients }: DealerPolynomial, j: number): Uint8Array {
  checkCount(j, 'index');
  return encodeScalar(coefficients.reduceRight((value, a) => Fr.add(Fr.mul(value, BigInt(j)), a), 0n));
}

/** HPKE info of the sealed share from dealer i to authority j (suite: matching-and-dedup.md, part 6); empty aad. */
export const shareInfo = (channel: string, ceremonyId: string, i: number, j: number): Uint8Array =>
  concatBytes(lp('MEDQUORUM-V1-DKG-SHARE'), lp(channel), lp(ceremonyId), i2osp(i, 2), i2osp(j, 2));

/** Step 2: `g^share = prod_k C_k^(j^k)`; the share is canonical. */
export function verifyShare<Key, Proof>(
  suite: KeySuite<Key, Proof>,
  commitments: readonly Uint8Array[],
  j: number,
  share: Uint8Array,
): boolean {
  const { keys } = suite;
  if (!isCount(j) || !isCount(commitments.length)) return false;
  const decoded = decodedOrUndefined(() => ({
    share: decodeScalar(share, 'share'),
    commitments: commitments.map((commitment) => keys.decode(commitment, 'commitment')),
  }));
  if (decoded === undefined) return false;
  return keys.equals(keys.pow(keys.generator, decoded.share), evaluate(suite, decoded.commitments, j));
}

/** What authority j holds at the end. `secretShare` is 32 secret bytes; the rest is public. */
export type KeyShare = Readonly<{
  index: number;
  secretShare: Uint8Array;
  publicShare: Uint8Array;
  groupKey: Uint8Array;
  groupCommitments: readonly Uint8Array[];
}>;

/**
 * Step 4: sums the shares and commitments of the qualified dealers, in one order for both.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for lists that do not fit together or fewer dealers than the threshold; MQ_CRYPTO_PROOF if the share
 *   does not belong to the commitments, or the group key is the identity; DecodingError
 */
export function aggregate<Key, Proof>(
  suite: KeySuite<Key, Proof>,
  j: number,
  commitments: readonly (readonly Uint8Array[])[],
  shares: readonly Uint8Array[],
): KeyShare {
  checkCount(j, 'index');
  checkCount(commitments.length, 'number of dealers');
  const { keys } = suite;
  const t = commitments[0]?.length ?? 0;
  checkCount(t, 'threshold');
  if (shares.length !== commitments.length || commitments.some((list) => list.length !== t)) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'shares and commitments do not fit together');
  }
  if (commitments.length < t) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'fewer dealers than the threshold');
  const secret = shares.map((share) => decodeScalar(share, 'share')).reduce((a, b) => Fr.add(a, b));
  const dealers = commitments.map((list) => list.map((commitment) => keys.decode(commitment, 'commitment')));
  const sums = Array.from({ length: t }, (_, k) =>
    dealers.map((list) => list[k] as Key).reduce((a, b) => keys.mul(a, b)),
  );
  const publicShare = evaluate(suite, sums, j);
  if (!keys.equals(keys.pow(keys.generator, secret), publicShare)) {
    throw new CryptoError('MQ_CRYPTO_PROOF', 'the share does not belong to the commitments');
  }
  if (keys.isIdentity(sums[0] as Key)) throw new CryptoError('MQ_CRYPTO_PROOF', 'the group key is the identity');
  const groupCommitments = sums.map(keys.encode);
  return {
    index: j,
    secretShare: encodeScalar(secret),
    publicShare: keys.encode(publicShare),
    groupKey: groupCommitments[0] as Uint8Array,
    groupCommitments,
  };
}

/**
 * `pk_j = prod_k C_k^(j^k)` of authority j, 48 or 96 bytes.
 * @throws DecodingError; CryptoError MQ_CRYPTO_ARGUMENT for an index outside 1..255
 */
export function publicShare<Key, Proof>(
  suite: KeySuite<Key, Proof>,
  groupCommitments: readonly Uint8Array[],
  j: number,
): Uint8Array {
  checkCount(j, 'index');
  checkCount(groupCommitments.length, 'threshold');
  const { keys } = suite;
  return keys.encode(
    evaluate(
      suite,
      groupCommitments.map((commitment) => keys.decode(commitment, 'commitment')),
      j,
    ),
  );
}

/** The committed polynomial at j, in the exponent. */
function evaluate<Key, Proof>({ keys }: KeySuite<Key, Proof>, commitments: readonly Key[], j: number): Key {
  let power = 1n;
  const powers = commitments.map(() => {
    const current = power;
    power = (power * BigInt(j)) % ORDER;
    return current;
  });
  return keys.multiPow(commitments, powers);
}

const isCount = (count: number) => Number.isInteger(count) && count >= 1 && count <= MAX_AUTHORITIES;

function checkCount(count: number, what: string): void {
  if (!isCount(count)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', `${what} is not in 1..${MAX_AUTHORITIES}`);
}
