import type { Bls12381, G1Point } from '../arithmetic/arithmetic.ts';
import { concatBytes, i2osp, utf8 } from '../encoding/bytes.ts';
import { expandMessage, hashBytesToScalar } from '../encoding/expand-message.ts';

/** Suite of ma-abs.md. */
export const SUITE = 'MEDQUORUM-V1-MAABS-BLS12381-SHA256';

/** Interface identifier of the BBS ciphersuite BLS12-381-SHA-256 (IETF CFRG draft), whose generators this suite shares. */
export const API = 'BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_H2G_HM2S_';

/** The generators of section 3; nobody knows a discrete logarithm between any two of them. */
export type Generators = Readonly<Record<'P1' | 'Q' | 'H1' | 'H2' | 'K' | 'U', G1Point>>;

const known = new WeakMap<Bls12381, Generators>();

/** The generators, computed once per implementation of the arithmetic. */
export function generators(arithmetic: Bls12381): Generators {
  let result = known.get(arithmetic);
  if (result === undefined) {
    result = deriveGenerators(arithmetic);
    known.set(arithmetic, result);
  }
  return result;
}

function deriveGenerators({ G1 }: Bls12381): Generators {
  const SD = `${API}SIG_GENERATOR_SEED_`;
  const GD = `${API}SIG_GENERATOR_DST_`;
  const series = (seed: string, count: number): G1Point[] => {
    let v = expandMessage(utf8(API + seed), SD, 48);
    return Array.from({ length: count }, (_, i) => {
      v = expandMessage(concatBytes(v, i2osp(i + 1, 8)), SD, 48);
      return G1.hashToCurve(v, GD);
    });
  };
  const [Q, H1, H2] = series('MESSAGE_GENERATOR_SEED', 3) as [G1Point, G1Point, G1Point];
  const [P1] = series('BP_MESSAGE_GENERATOR_SEED', 1) as [G1Point];
  const GEN = 'MEDQUORUM-V1-MAABS-GEN-BLS12381G1_XMD:SHA-256_SSWU_RO_';
  return { P1, Q, H1, H2, K: G1.hashToCurve(utf8('K'), GEN), U: G1.hashToCurve(utf8('U'), GEN) };
}

/** `MapScalar(o)` of section 4: octets to the scalar that a credential signs. */
export const mapScalar = (octets: Uint8Array) => hashBytesToScalar(octets, `${API}MAP_MSG_TO_SCALAR_AS_HASH_`);
