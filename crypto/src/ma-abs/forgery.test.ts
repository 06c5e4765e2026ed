import type { Bls12381, G1Point } from '../arithmetic/arithmetic.ts';
import { Fr, randomScalar } from '../arithmetic/scalar.ts';
import { utf8 } from '../encoding/bytes.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import { gateText, leafText, type Policy, type PolicyLeaf, parsePolicy } from './policy.ts';
import type { Registry } from './registry.ts';
import { encodeSignature, type SignatureLeaf } from './signature.ts';
import { rootChallenge, type Statement } from './statement.ts';
import { generators } from './suite.ts';
import { Cast, EPOCH } from './testing/cast.ts';
import { verify } from './verify.ts';

const [mcl] = (await loadBackEnds()) as [Bls12381];
const cast = new Cast(mcl, ['clinic', 'insurer'], 'forgery');
const registry = cast.registry();
const { G1 } = mcl;
const { H1, K, U } = generators(mcl);
const draw = () => randomScalar(cast.random);

type Pair = Readonly<{ Abar: G1Point; Bbar: G1Point }>;

/**
 * A forger without any credential, for a policy 1-of-2: "proves" the first leaf with invented values, simulates the second, and shifts the
 * error of the first pairing into the second. Everything but the weights of step 6 is satisfied.
 */
function forgeCancelling(of: Statement): { signature: Uint8Array; policy: Policy; pairs: Pair[] } {
  const policy = parsePolicy(of.policy);
  const [leaf1, leaf2] = policy.leaves as [PolicyLeaf, PolicyLeaf];
  const base = (leaf: PolicyLeaf) => registry.attributeBase(leaf.authorityId, leaf.attribute, leaf.epoch);
  const Uprime = (leaf: PolicyLeaf) => registry.keys(leaf.authorityId)?.Uprime as G1Point;
  const [usk, rho, r1, r3, e, tau1, tau2] = [draw(), draw(), draw(), draw(), draw(), draw(), draw()];
  const C = G1.mul(G1.pow(H1, usk), G1.pow(K, rho));
  const Abar1 = G1.pow(U, tau1);
  const D1 = G1.pow(G1.mul(base(leaf1), G1.pow(H1, usk)), Fr.inv(r3));
  const Bbar1 = G1.mul(G1.pow(D1, r1), G1.pow(Abar1, Fr.neg(e))); // not Abar1^sk
  const Abar2 = G1.pow(U, tau2);
  const right1 = G1.pow(Uprime(leaf1), tau1);
  const Bbar2 = G1.mul(G1.mul(G1.pow(Uprime(leaf2), tau2), right1), G1.inv(Bbar1));
  const D2 = G1.pow(U, draw());
  const [a1, ae, a3, au, ar, nu, nr] = [draw(), draw(), draw(), draw(), draw(), draw(), draw()];
  const c2 = draw();
  const simulated = { s1: draw(), se: draw(), s3: draw(), su: draw(), sr: draw() };
  const minus = Fr.neg(c2);
  const commitments = {
    C,
    tag: undefined,
    T0: G1.multiPow([H1, K], [nu, nr]),
    Tt: undefined,
    leaves: [
      {
        Abar: Abar1,
        Bbar: Bbar1,
        D: D1,
        T1: G1.multiPow([D1, Abar1], [a1, ae]),
        T2: G1.multiPow([D1, H1], [a3, Fr.neg(au)]),
        T3: G1.multiPow([H1, K], [au, ar]),
      },
      {
        Abar: Abar2,
        Bbar: Bbar2,
        D: D2,
        T1: G1.multiPow([D2, Abar2, Bbar2], [simulated.s1, simulated.se, minus]),
        T2: G1.multiPow([D2, H1, base(leaf2)], [simulated.s3, Fr.neg(simulated.su), minus]),
        T3: G1.multiPow([H1, K, C], [simulated.su, simulated.sr, minus]),
      },
    ],
  };
  const keysetDigest = registry.keysetDigest(policy.authorityIds);
  const { arithmetic, channel } = registry;
  const c = rootChallenge({ arithmetic, channel, keysetDigest }, policy, of, commitments);
  // degree 1 through (0, c) and (2, c2): f(1) = (c + c2) / 2
  const c1 = Fr.mul(Fr.add(c, c2), Fr.inv(2n));
  const proved = {
    s1: Fr.add(a1, Fr.mul(c1, r1)),
    se: Fr.sub(ae, Fr.mul(c1, e)),
    s3: Fr.add(a3, Fr.mul(c1, r3)),
    su: Fr.add(au, Fr.mul(c1, usk)),
    sr: Fr.add(ar, Fr.mul(c1, rho)),
  };
  const leaves: SignatureLeaf[] = [
    { Abar: Abar1, Bbar: Bbar1, D: D1, ...proved },
    { Abar: Abar2, Bbar: Bbar2, D: D2, ...simulated },
  ];
  const signature = encodeSignature(mcl, {
    c,
    C,
    tag: undefined,
    su0: Fr.add(nu, Fr.mul(c, usk)),
    sr0: Fr.add(nr, Fr.mul(c, rho)),
    freeChallenges: [c1],
    leaves,
  });
  return { signature, policy, pairs: leaves };
}

describe('a forgery whose pairing errors cancel', () => {
  it.each([
    ['within one authority', [leafText('clinic', 'member', EPOCH), leafText('clinic', 'physician', EPOCH)]],
    ['across authorities', [leafText('clinic', 'physician', EPOCH), leafText('insurer', 'member', EPOCH)]],
  ])('%s satisfies an unweighted product, and is refused', (_, leaves) => {
    const of: Statement = { policy: gateText(1, leaves), message: utf8('forged'), scope: null };
    const { signature, policy, pairs } = forgeCancelling(of);
    expect(unweightedProductIsOne(registry, policy, pairs)).toBe(true);
    expect(verify(registry, of, signature)).toBe(false);
  });
});

function unweightedProductIsOne(view: Registry, policy: Policy, pairs: readonly Pair[]): boolean {
  const left = pairs.map(({ Abar }, i) => {
    const keys = view.keys((policy.leaves[i] as PolicyLeaf).authorityId);
    if (keys === undefined) throw new Error('authority of the policy is unknown');
    return [Abar, keys.W] as const;
  });
  const right = pairs.map(({ Bbar }) => [G1.inv(Bbar), mcl.G2.generator] as const);
  return mcl.pairingProductIsOne([...left, ...right]);
}
