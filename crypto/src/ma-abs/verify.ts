import { sha256 } from '@noble/hashes/sha2.js';
import type { G1Point, G2Point, PairingInput, Scalar } from '../arithmetic/arithmetic.ts';
import { encodeScalar, Fr } from '../arithmetic/scalar.ts';
import { concatBytes, lp } from '../encoding/bytes.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { batchWeight } from './batch-weight.ts';
import { type Policy, type PolicyLeaf, type PolicyNode, parsePolicy } from './policy.ts';
import type { Registry } from './registry.ts';
import { polynomialThrough } from './share-polynomial.ts';
import { decodeSignature, type Signature, type SignatureLeaf, signatureShape } from './signature.ts';
import { type Commitments, isWithinLimits, rootChallenge, type Statement, scopeBase } from './statement.ts';
import { generators } from './suite.ts';

/**
 * `Verify` of section 11: whether one person, holding attributes that satisfy the policy, signed the message (and has the pseudonym that the
 * signature carries in the scope). Plain `false` for anything else, whatever the bytes; draws no randomness, so all verifiers agree.
 *
 * The caller must take the policy from the ledger's demand and not from the signer, check its epochs, and put a nonce and an expiry into
 * the message: section 11.2.
 */
export function verify(registry: Registry, statement: Statement, signature: Uint8Array): boolean {
  if (!isWithinLimits(registry.channel, statement)) return false;
  const policy = decodedOrUndefined(() => parsePolicy(statement.policy)); // step 1
  if (policy === undefined) return false;
  if (!policy.authorityIds.every((id) => registry.keys(id) !== undefined)) return false;
  const decoded = decodedOrUndefined(() =>
    decodeSignature(registry.arithmetic, signature, signatureShape(policy, statement.scope)),
  ); // step 2
  if (decoded === undefined) return false;
  const challenges = leafChallenges(policy, decoded.c, decoded.freeChallenges); // step 3
  const commitments = recomputeCommitments(registry, policy, statement, decoded, challenges); // step 4
  const keysetDigest = registry.keysetDigest(policy.authorityIds);
  const { arithmetic, channel } = registry;
  if (rootChallenge({ arithmetic, channel, keysetDigest }, policy, statement, commitments) !== decoded.c) return false; // step 5
  return areSignedByAuthorities(registry, policy, decoded, signature); // step 6
}

/** Step 3: the challenge of every leaf, from the root challenge and the free ones. */
function leafChallenges(policy: Policy, c: Scalar, freeChallenges: readonly Scalar[]): Scalar[] {
  const challenges: Scalar[] = [];
  let taken = 0;
  const assign = (node: PolicyNode, challenge: Scalar): void => {
    if (node.kind === 'leaf') {
      challenges[node.index] = challenge;
      return;
    }
    const { children, threshold } = node;
    const degree = children.length - threshold;
    const free = freeChallenges.slice(taken, taken + degree);
    taken += degree;
    const f = polynomialThrough([{ x: 0, y: challenge }, ...free.map((y, i) => ({ x: i + 1, y }))]);
    children.forEach((child, i) => {
      assign(child, free[i] ?? f(i + 1));
    });
  };
  assign(policy.root, c);
  return challenges;
}

/** Step 4: what the signer must have committed to, if the responses are right. */
function recomputeCommitments(
  registry: Registry,
  policy: Policy,
  { scope }: Statement,
  { c, C, tag, su0, sr0, leaves }: Signature,
  challenges: readonly Scalar[],
): Commitments {
  const { arithmetic, channel } = registry;
  const { G1 } = arithmetic;
  const { H1, K } = generators(arithmetic);
  const minusC = Fr.neg(c);
  return {
    C,
    tag,
    T0: G1.multiPow([H1, K, C], [su0, sr0, minusC]),
    Tt:
      tag === undefined || scope === null
        ? undefined
        : G1.multiPow([scopeBase(arithmetic, channel, scope), tag], [su0, minusC]),
    leaves: leaves.map(({ Abar, Bbar, D, s1, se, s3, su, sr }, i) => {
      const { authorityId, attribute, epoch } = policy.leaves[i] as PolicyLeaf;
      const F = registry.attributeBase(authorityId, attribute, epoch);
      const minus = Fr.neg(challenges[i] as Scalar);
      return {
        Abar,
        Bbar,
        D,
        T1: G1.multiPow([D, Abar, Bbar], [s1, se, minus]),
        T2: G1.multiPow([D, H1, F], [s3, Fr.neg(su), minus]),
        T3: G1.multiPow([H1, K, C], [su, sr, minus]),
      };
    }),
  };
}

/**
 * Step 6: `Bbar_i = Abar_i^sk` for every leaf, in one product of pairings. The weights depend on the whole signature; without them errors of
 * several leaves could be made to cancel.
 */
function areSignedByAuthorities(
  registry: Registry,
  policy: Policy,
  { c, leaves }: Signature,
  signature: Uint8Array,
): boolean {
  const { arithmetic } = registry;
  const { G1, G2 } = arithmetic;
  const h = sha256(concatBytes(lp('MEDQUORUM-V1-MAABS-BATCH'), lp(encodeScalar(c)), lp(signature)));
  const weights = leaves.map((_, i) => batchWeight(h, i));
  const product = (points: readonly G1Point[], exponents: readonly Scalar[]) => G1.multiPow(points, exponents);
  const left = policy.authorityIds.map((id): PairingInput => {
    const own = leaves.flatMap((leaf, i) =>
      policy.leaves[i]?.authorityId === id ? [{ leaf, w: weights[i] as Scalar }] : [],
    );
    const W = registry.keys(id)?.W as G2Point; // step 1 found it
    return [
      product(
        own.map(({ leaf }) => leaf.Abar),
        own.map(({ w }) => w),
      ),
      W,
    ];
  });
  const right = product(
    leaves.map(({ Bbar }: SignatureLeaf) => Bbar),
    weights.map((w) => Fr.neg(w)),
  );
  return arithmetic.pairingProductIsOne([...left, [right, G2.generator]]);
}
