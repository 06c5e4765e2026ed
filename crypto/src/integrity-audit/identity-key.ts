/**
 * Identity keys, issued by t of N key authorities. Source: integrity-audit.md section 3, names as there. The master key is
 * generated as in threshold-bls/distributed-key.ts with `keysInG2`; its polynomial serves nothing else.
 */
import type { Bls12381, G1Point } from '../arithmetic/arithmetic.ts';
import { decodeNonZeroScalar } from '../arithmetic/scalar.ts';
import { concatBytes, i2osp, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { orUndefined } from '../errors/or-undefined.ts';
import { hpkeOpen, hpkeSeal } from '../keys/hpke.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { lagrangeAtZero } from '../threshold-bls/threshold-signature.ts';
import { identityPoint } from './bases.ts';

export const MAX_KEY_AUTHORITIES = 255;

/** Who a key is for: `identity` is text of 1 to 200 bytes, recommended `organisation/person/epoch`. */
export type AuditIdentity = Readonly<{ channel: string; identity: string }>;
/** `d_i`, 48 secret bytes, from authority `index`. */
export type IdentityKeyShare = Readonly<{ index: number; d: Uint8Array }>;

/** KeyShare: `d_i = H_ID^alpha_i`, by an authority after identity proofing. `alpha` is its 32-byte share of the master key. */
export function issueKeyShare(
  arithmetic: Bls12381,
  { channel, identity }: AuditIdentity,
  alpha: Uint8Array,
): Uint8Array {
  const { G1 } = arithmetic;
  return G1.encode(G1.pow(identityPoint(arithmetic, channel, identity), decodeNonZeroScalar(alpha, 'alpha')));
}

/** KeyShareVerify: `e(d_i, P2) = e(H_ID, P_i)`, with `P_i` the authority's public share, 96 bytes. */
export const verifyKeyShare = (
  arithmetic: Bls12381,
  identity: AuditIdentity,
  { d }: Pick<IdentityKeyShare, 'd'>,
  Pi: Uint8Array,
): boolean => verifyIdentityKey(arithmetic, identity, d, Pi);

/**
 * KeyCombine of verified shares; any t of them give the same key.
 * @returns `sk_ID`, 48 secret bytes
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for no shares, repeated indices or indices outside 1..255; DecodingError
 */
export function combineKeyShares({ G1 }: Bls12381, shares: readonly IdentityKeyShare[]): Uint8Array {
  const indices = shares.map(({ index }) => index);
  const isIndex = (index: number) => Number.isSafeInteger(index) && index >= 1 && index <= MAX_KEY_AUTHORITIES;
  if (shares.length === 0 || !indices.every(isIndex) || new Set(indices).size !== indices.length) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'indices of shares are not distinct numbers from 1');
  }
  const lambda = lagrangeAtZero(indices);
  const key = shares
    .map(({ d }, i) => G1.pow(G1.decode(d, 'd'), lambda[i] as bigint))
    .reduce((product, factor) => G1.mul(product, factor));
  if (G1.isIdentity(key)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'shares combine to the identity');
  return G1.encode(key);
}

/** KeyVerify: `e(sk_ID, P2) = e(H_ID, Ppub)`. False for anything malformed. */
export function verifyIdentityKey(
  arithmetic: Bls12381,
  { channel, identity }: AuditIdentity,
  key: Uint8Array,
  Ppub: Uint8Array,
): boolean {
  const { G1, G2 } = arithmetic;
  const decoded = decodedOrUndefined(() => ({ key: G1.decode(key, 'key'), Ppub: G2.decode(Ppub, 'Ppub') }));
  const H_ID = identityOrUndefined(arithmetic, channel, identity);
  if (decoded === undefined || H_ID === undefined) return false;
  return arithmetic.pairingProductIsOne([
    [decoded.key, G2.generator],
    [G1.inv(H_ID), decoded.Ppub],
  ]);
}

/** `H_ID` for verifiers, who answer false to an identity that cannot be one. */
export function identityOrUndefined(arithmetic: Bls12381, channel: string, identity: string): G1Point | undefined {
  return orUndefined(() => identityPoint(arithmetic, channel, identity));
}

/** Seals a share to the owner's X25519 key: whoever reads t channels in clear has the key. */
export const sealKeyShare = (
  identity: AuditIdentity,
  { index, d }: IdentityKeyShare,
  recipient: Uint8Array,
  random: RandomSource = systemRandom,
): Uint8Array => hpkeSeal(recipient, keyShareInfo(identity, index), new Uint8Array(), d, random);

/** The share, or undefined where key, identity or index differ. Verify it before combining. */
export function openKeyShare(
  identity: AuditIdentity,
  index: number,
  recipientSecret: Uint8Array,
  sealed: Uint8Array,
): IdentityKeyShare | undefined {
  const d = hpkeOpen(recipientSecret, keyShareInfo(identity, index), new Uint8Array(), sealed);
  return d === undefined ? undefined : { index, d };
}

const keyShareInfo = ({ channel, identity }: AuditIdentity, i: number): Uint8Array =>
  concatBytes(lp('MEDQUORUM-V1-AUDIT-KEYSHARE'), lp(channel), lp(identity), i2osp(i, 2));
