import type { Bls12381, PointGroup } from '../arithmetic/arithmetic.ts';

/**
 * Where the keys of a distributed key generation live: public keys and commitments in one group, proofs of possession in the other. Keys in
 * G1 are for endorsements, keys in G2 for the identity keys of the integrity audit; never one key for both.
 */
export type KeySuite<Key, Proof> = Readonly<{
  keys: PointGroup<Key>;
  proofs: PointGroup<Proof>;
  DST_POP: string;
  /** `e(a, b) = e(c, d)` with a, c in the group of keys, in the order of arguments that the pairing has. */
  pairingsEqual(a: Key, b: Proof, c: Key, d: Proof): boolean;
}>;

export const keysInG1 = ({ G1, G2, pairingProductIsOne }: Bls12381) =>
  ({
    keys: G1,
    proofs: G2,
    DST_POP: 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_',
    pairingsEqual: (a, b, c, d) =>
      pairingProductIsOne([
        [a, b],
        [G1.inv(c), d],
      ]),
  }) satisfies KeySuite<ReturnType<typeof G1.inv>, ReturnType<typeof G2.inv>>;

export const keysInG2 = ({ G1, G2, pairingProductIsOne }: Bls12381) =>
  ({
    keys: G2,
    proofs: G1,
    DST_POP: 'BLS_POP_BLS12381G1_XMD:SHA-256_SSWU_RO_POP_',
    pairingsEqual: (a, b, c, d) =>
      pairingProductIsOne([
        [b, a],
        [d, G2.inv(c)],
      ]),
  }) satisfies KeySuite<ReturnType<typeof G2.inv>, ReturnType<typeof G1.inv>>;
