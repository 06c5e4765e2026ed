import type { Bls12381, G1Point, Scalar } from '../arithmetic/arithmetic.ts';
import { concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { HS } from '../encoding/expand-message.ts';
import { isChannel, isScope, MAX_MESSAGE_BYTES } from './identifiers.ts';
import type { Policy } from './policy.ts';
import type { Registry } from './registry.ts';
import type { SignatureLeaf } from './signature.ts';
import { SUITE } from './suite.ts';

/** What is signed: the canonical text of a policy, a message, and a scope if the signature shall carry a pseudonym. */
export type Statement = Readonly<{ policy: string; message: Uint8Array; scope: string | null }>;

/** The limits of section 9 on everything but the policy. */
export const isWithinLimits = (channel: string, { message, scope }: Statement): boolean =>
  isChannel(channel) && message.length <= MAX_MESSAGE_BYTES && (scope === null || isScope(scope));

/** `Hs` of section 9: base of the pseudonyms of one scope. */
export const scopeBase = ({ G1 }: Bls12381, channel: string, scope: string): G1Point =>
  G1.hashToCurve(concatBytes(lp(channel), lp(scope)), 'MEDQUORUM-V1-MAABS-SCOPE-BLS12381G1_XMD:SHA-256_SSWU_RO_');

/** The commitments that the challenge hashes; those of a verifier are recomputed from the responses. */
export type Commitments = Readonly<{
  C: G1Point;
  tag: G1Point | undefined;
  T0: G1Point;
  Tt: G1Point | undefined;
  leaves: readonly (Pick<SignatureLeaf, 'Abar' | 'Bbar' | 'D'> & Readonly<{ T1: G1Point; T2: G1Point; T3: G1Point }>)[];
}>;

/** The root challenge `c` of section 9. */
export function rootChallenge(
  {
    arithmetic: { G1 },
    channel,
    keysetDigest,
  }: Pick<Registry, 'arithmetic' | 'channel'> & { keysetDigest: Uint8Array },
  policy: Policy,
  { message, scope }: Statement,
  { C, tag, T0, Tt, leaves }: Commitments,
): Scalar {
  const orEmpty = (point: G1Point | undefined) => (point === undefined ? new Uint8Array() : G1.encode(point));
  return HS(
    'MAABS-CHALLENGE',
    SUITE,
    channel,
    keysetDigest,
    policy.text,
    message,
    scope === null ? i2osp(0, 1) : concatBytes(i2osp(1, 1), utf8(scope)),
    G1.encode(C),
    orEmpty(tag),
    G1.encode(T0),
    orEmpty(Tt),
    ...leaves.flatMap(({ Abar, Bbar, D, T1, T2, T3 }) => [Abar, Bbar, D, T1, T2, T3].map(G1.encode)),
  );
}
