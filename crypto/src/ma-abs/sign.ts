import type { G1Point, G2Point, Scalar } from '../arithmetic/arithmetic.ts';
import { Fr, randomScalar } from '../arithmetic/scalar.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { type Credential, decodeCredential, verifyCredentials } from './credential.ts';
import { type PolicyGate, type PolicyLeaf, type PolicyNode, parsePolicy, satisfies } from './policy.ts';
import type { Registry } from './registry.ts';
import { polynomialThrough, type Share } from './share-polynomial.ts';
import { encodeSignature, type SignatureLeaf } from './signature.ts';
import { isWithinLimits, rootChallenge, type Statement, scopeBase } from './statement.ts';
import { generators } from './suite.ts';
import type { UserKey } from './user.ts';

/** A credential as the user keeps it: what it says, and its 80 bytes. */
export type HeldCredential = Readonly<{
  authorityId: string;
  attribute: string;
  epoch: string;
  credential: Uint8Array;
}>;

/**
 * `Sign` of section 9: proves the satisfied leaves, simulates the others, ties all to one person.
 *
 * Fails closed, before anything secret is used: the records of all authorities of the policy are checked by the pairing equation (once per
 * Registry), and the credentials that will be used are verified for `user`.
 * @returns the encoding of section 10
 * @throws DecodingError if the policy or a credential does not decode; CryptoError MQ_CRYPTO_ARGUMENT (limits), MQ_CRYPTO_REGISTRY (unknown
 *   or inconsistent authority), MQ_CRYPTO_POLICY_UNSATISFIED, MQ_CRYPTO_CREDENTIAL (not valid for this user)
 */
export function sign(
  registry: Registry,
  statement: Statement,
  user: UserKey,
  held: readonly HeldCredential[],
  random: RandomSource = systemRandom,
): Uint8Array {
  const { arithmetic, channel } = registry;
  const { G1 } = arithmetic;
  const { H1, K, U } = generators(arithmetic);
  if (!isWithinLimits(channel, statement))
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'channel, message or scope is outside its limits');
  const policy = parsePolicy(statement.policy);
  for (const id of policy.authorityIds) {
    if (!registry.isConsistent(id))
      throw new CryptoError('MQ_CRYPTO_REGISTRY', `authority ${id} is unknown or its record is wrong`);
  }
  const byLeaf = policy.leaves.map((leaf) => held.find((credential) => attests(credential, leaf)));
  const isSatisfied = (leaf: PolicyLeaf) => byLeaf[leaf.index] !== undefined;
  if (!satisfies(policy.root, isSatisfied)) {
    throw new CryptoError('MQ_CRYPTO_POLICY_UNSATISFIED', 'the credentials do not satisfy the policy');
  }
  const real = chooseReal(policy.root, isSatisfied);
  const credentials = decodeUsed(registry, user, policy.leaves, byLeaf, real);

  const { usk } = user;
  const draw = () => randomScalar(random);
  const rho = draw();
  const C = G1.mul(user.Y, G1.pow(K, rho));
  const challenges = new Map<PolicyNode, Scalar>(); // of simulated nodes at first, of all in the end
  const leaves: PreparedLeaf[] = [];

  const prepare = (node: PolicyNode): void => {
    if (node.kind === 'leaf') {
      leaves[node.index] = prepareRealLeaf(node);
      return;
    }
    for (const child of node.children) {
      if (real.has(child)) prepare(child);
      else simulate(child, draw());
    }
  };

  const prepareRealLeaf = (leaf: PolicyLeaf): PreparedLeaf => {
    const { A, e } = credentials.get(leaf) as Credential;
    const [r1, r2, a1, ae, a3, au, ar] = [draw(), draw(), draw(), draw(), draw(), draw(), draw()];
    const B = G1.mul(registry.attributeBase(leaf.authorityId, leaf.attribute, leaf.epoch), user.Y);
    const D = G1.pow(B, r2);
    const Abar = G1.pow(A, Fr.mul(r1, r2));
    const Bbar = G1.mul(G1.pow(D, r1), G1.pow(Abar, Fr.neg(e)));
    return {
      commitments: {
        Abar,
        Bbar,
        D,
        T1: G1.mul(G1.pow(D, a1), G1.pow(Abar, ae)),
        T2: G1.mul(G1.pow(D, a3), G1.pow(H1, Fr.neg(au))),
        T3: G1.mul(G1.pow(H1, au), G1.pow(K, ar)),
      },
      respond: (c) => ({
        s1: Fr.add(a1, Fr.mul(c, r1)),
        se: Fr.sub(ae, Fr.mul(c, e)),
        s3: Fr.add(a3, Fr.mul(c, Fr.inv(r2))),
        su: Fr.add(au, Fr.mul(c, usk)),
        sr: Fr.add(ar, Fr.mul(c, rho)),
      }),
    };
  };

  const simulate = (node: PolicyNode, c: Scalar): void => {
    challenges.set(node, c);
    if (node.kind === 'leaf') {
      leaves[node.index] = simulateLeaf(node, c);
      return;
    }
    const degree = node.children.length - node.threshold;
    const shares: Share[] = [{ x: 0, y: c }];
    for (let i = 1; i <= degree; i++) shares.push({ x: i, y: draw() });
    const f = polynomialThrough(shares);
    node.children.forEach((child, i) => {
      simulate(child, f(i + 1));
    });
  };

  const simulateLeaf = (leaf: PolicyLeaf, c: Scalar): PreparedLeaf => {
    const [tau, delta, s1, se, s3, su, sr] = [draw(), draw(), draw(), draw(), draw(), draw(), draw()];
    const Uprime = registry.keys(leaf.authorityId)?.Uprime as G1Point; // the check of the records found it
    const F = registry.attributeBase(leaf.authorityId, leaf.attribute, leaf.epoch);
    const [Abar, Bbar, D] = [G1.pow(U, tau), G1.pow(Uprime, tau), G1.pow(U, delta)];
    const minus = Fr.neg(c);
    const product = (...powers: readonly (readonly [G1Point, Scalar])[]) =>
      powers.map(([base, exponent]) => G1.pow(base, exponent)).reduce((x, y) => G1.mul(x, y));
    return {
      commitments: {
        Abar,
        Bbar,
        D,
        T1: product([D, s1], [Abar, se], [Bbar, minus]),
        T2: product([D, s3], [H1, Fr.neg(su)], [F, minus]),
        T3: product([H1, su], [K, sr], [C, minus]),
      },
      respond: () => ({ s1, se, s3, su, sr }),
    };
  };

  /** Gives every node that is proved its challenge, so that those of each gate lie on one polynomial of degree n - k. */
  const finish = (node: PolicyNode, c: Scalar): void => {
    challenges.set(node, c);
    if (node.kind === 'leaf') return;
    const shares: Share[] = [{ x: 0, y: c }];
    node.children.forEach((child, i) => {
      if (!real.has(child)) shares.push({ x: i + 1, y: challenges.get(child) as Scalar });
    });
    const f = polynomialThrough(shares);
    node.children.forEach((child, i) => {
      if (real.has(child)) finish(child, f(i + 1));
    });
  };

  prepare(policy.root);
  const [nu, nr] = [draw(), draw()];
  const T0 = G1.mul(G1.pow(H1, nu), G1.pow(K, nr));
  const Hs = statement.scope === null ? undefined : scopeBase(arithmetic, channel, statement.scope);
  const tag = Hs === undefined ? undefined : G1.pow(Hs, usk);
  const Tt = Hs === undefined ? undefined : G1.pow(Hs, nu);
  const keysetDigest = registry.keysetDigest(policy.authorityIds);
  const c = rootChallenge({ arithmetic, channel, keysetDigest }, policy, statement, {
    C,
    tag,
    T0,
    Tt,
    leaves: leaves.map(({ commitments }) => commitments),
  });
  finish(policy.root, c);
  return encodeSignature(arithmetic, {
    c,
    C,
    tag,
    su0: Fr.add(nu, Fr.mul(c, usk)),
    sr0: Fr.add(nr, Fr.mul(c, rho)),
    freeChallenges: gatesInPreOrder(policy.root).flatMap(({ children, threshold }) =>
      children.slice(0, children.length - threshold).map((child) => challenges.get(child) as Scalar),
    ),
    leaves: leaves.map(({ commitments: { Abar, Bbar, D }, respond }, i) => ({
      Abar,
      Bbar,
      D,
      ...respond(challenges.get(policy.leaves[i] as PolicyLeaf) as Scalar),
    })),
  });
}

type Points = Pick<SignatureLeaf, 'Abar' | 'Bbar' | 'D'>;
type PreparedLeaf = {
  readonly commitments: Points & Readonly<{ T1: G1Point; T2: G1Point; T3: G1Point }>;
  respond(challenge: Scalar): Omit<SignatureLeaf, keyof Points>;
};

const attests = (credential: HeldCredential, leaf: PolicyLeaf): boolean =>
  credential.authorityId === leaf.authorityId &&
  credential.attribute === leaf.attribute &&
  credential.epoch === leaf.epoch;

/** The nodes in real mode: the root, and of each real gate the first k satisfied children, exactly k. */
function chooseReal(root: PolicyNode, isSatisfied: (leaf: PolicyLeaf) => boolean): ReadonlySet<PolicyNode> {
  const real = new Set<PolicyNode>();
  const choose = (node: PolicyNode): void => {
    real.add(node);
    if (node.kind === 'leaf') return;
    for (const child of node.children
      .filter((candidate) => satisfies(candidate, isSatisfied))
      .slice(0, node.threshold)) {
      choose(child);
    }
  };
  choose(root);
  return real;
}

/** The credentials of the real leaves, verified for this user. */
function decodeUsed(
  registry: Registry,
  { Y }: UserKey,
  leaves: readonly PolicyLeaf[],
  byLeaf: readonly (HeldCredential | undefined)[],
  real: ReadonlySet<PolicyNode>,
): ReadonlyMap<PolicyLeaf, Credential> {
  const { arithmetic } = registry;
  const used = new Map<PolicyLeaf, Credential>();
  for (const leaf of leaves) {
    const credential = byLeaf[leaf.index];
    if (real.has(leaf) && credential) used.set(leaf, decodeCredential(arithmetic, credential.credential));
  }
  const claims = [...used].map(([{ authorityId, attribute, epoch }, credential]) => ({
    credential,
    W: registry.keys(authorityId)?.W as G2Point, // the check of the records found it
    B: arithmetic.G1.mul(registry.attributeBase(authorityId, attribute, epoch), Y),
  }));
  if (!verifyCredentials(arithmetic, claims))
    throw new CryptoError('MQ_CRYPTO_CREDENTIAL', 'a credential is not valid for this user');
  return used;
}

const gatesInPreOrder = (node: PolicyNode): PolicyGate[] =>
  node.kind === 'leaf' ? [] : [node, ...node.children.flatMap(gatesInPreOrder)];
