/** Public points that everybody derives: sector bases and identity points. Source: integrity-audit.md section 2. */
import type { Bls12381, G1Point } from '../arithmetic/arithmetic.ts';
import { concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';

export const MAX_IDENTITY_BYTES = 200;
export const MAX_SECTORS = 64;

/** `fix` for blocks nobody may change, `san` for those a sanitiser may mask. */
export type BaseFamily = 'fix' | 'san';

/** `D(X) = "MEDQUORUM-V1-AUDIT-" || X || "-BLS12381G1_XMD:SHA-256_SSWU_RO_"`. */
export const auditDst = (purpose: 'U' | 'ID' | 'MSIG' | 'BLK'): string =>
  `MEDQUORUM-V1-AUDIT-${purpose}-BLS12381G1_XMD:SHA-256_SSWU_RO_`;

const known = new WeakMap<Bls12381, Record<BaseFamily, G1Point[]>>();

/** `u_fix[0..s-1]` or `u_san[0..s-1]`; constants, so computed once per arithmetic. */
export function sectorBases(arithmetic: Bls12381, family: BaseFamily, s: number): readonly G1Point[] {
  const bases = known.get(arithmetic) ?? { fix: [], san: [] };
  known.set(arithmetic, bases);
  const list = bases[family];
  for (let j = list.length; j < Math.min(s, MAX_SECTORS); j++) {
    list.push(arithmetic.G1.hashToCurve(concatBytes(lp(family), i2osp(j, 4)), auditDst('U')));
  }
  return list.slice(0, s);
}

/**
 * `H_ID`.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for an identity that is not 1 to 200 bytes
 */
export function identityPoint({ G1 }: Bls12381, channel: string, identity: string): G1Point {
  const { length } = utf8(identity);
  if (length < 1 || length > MAX_IDENTITY_BYTES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `identity is not 1 to ${MAX_IDENTITY_BYTES} bytes`);
  }
  return G1.hashToCurve(concatBytes(lp(channel), lp(identity)), auditDst('ID'));
}
