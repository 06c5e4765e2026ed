/**
 * Recovery of a lost root from t of n authorities. Source: matching-and-dedup.md part 6 (in ../matching).
 * The wallet splits and seals; the ledger holds commitments only; each authority opens its own share and, after proofing
 * the person, seals it again to the key of the new device.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, i2osp, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { HPKE_OVERHEAD_BYTES, hpkeOpen, hpkeSeal } from './hpke.ts';
import { generationOctets, ROOT_BYTES, seedCommitment } from './key-tree.ts';
import { MAX_SHARES, type SecretShare, shamirCombine, shamirSplit } from './secret-sharing.ts';

export const SEALED_SHARE_BYTES = HPKE_OVERHEAD_BYTES + 1 + ROOT_BYTES;

/** Whose root, and which split of it. */
export type RecoveryScope = Readonly<{ channel: string; patientRef: string; generation: number }>;
/** `SEAL`: to an authority for keeping; `RELEASE`: by an authority to the new device. */
export type SealPurpose = 'SEAL' | 'RELEASE';
export type RecoveryAuthority = Readonly<{ name: string; publicKey: Uint8Array }>;

/** For the ledger: says nothing about root and shares, which have 256 bits of entropy. */
export type RecoveryRecord = Readonly<
  RecoveryScope & { t: number; n: number; seedCommitment: Uint8Array; shareCommitments: readonly Uint8Array[] }
>;
export type RecoveryError = 'TOO_FEW' | 'INDEX' | 'BAD_SHARE' | 'BAD_SEED';
export type Recovered = Readonly<{ valid: true; root: Uint8Array }> | Readonly<{ valid: false; error: RecoveryError }>;

/**
 * Splits a root among authorities; `sealed[i]` goes to `authorities[i]`, whose share has index i + 1.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a root, t or recipient key out of range
 */
export function splitRoot(
  root: Uint8Array,
  scope: RecoveryScope,
  t: number,
  authorities: readonly RecoveryAuthority[],
  random: RandomSource = systemRandom,
): { record: RecoveryRecord; sealed: readonly Uint8Array[] } {
  const commitment = seedCommitment(root, scope.channel, scope.patientRef);
  const shares = shamirSplit(root, t, authorities.length, random);
  const record = {
    ...scope,
    t,
    n: authorities.length,
    seedCommitment: commitment,
    shareCommitments: shares.map((share) => shareCommitment(scope, share)),
  };
  const sealed = authorities.map(({ name, publicKey }, i) =>
    sealShare(scope, name, shares[i] as SecretShare, publicKey, 'SEAL', random),
  );
  return { record, sealed };
}

/** Ledger commitment to a share; an authority compares it before it confirms. */
export function shareCommitment({ channel, patientRef, generation }: RecoveryScope, share: SecretShare): Uint8Array {
  return sha256(
    concatBytes(
      lp('MEDQUORUM-V1-RECOVERY-SHARE'),
      lp(channel),
      lp(patientRef),
      generationOctets(generation),
      checkedIndex(share.index),
      share.value,
    ),
  );
}

/** Seals `[index] || value` to a recipient, bound to authority, patient and generation: 81 bytes. */
export function sealShare(
  scope: RecoveryScope,
  authority: string,
  { index, value }: SecretShare,
  recipient: Uint8Array,
  purpose: SealPurpose = 'SEAL',
  random: RandomSource = systemRandom,
): Uint8Array {
  if (value.length !== ROOT_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', `share is not ${ROOT_BYTES} bytes`);
  const plaintext = concatBytes(checkedIndex(index), value);
  return hpkeSeal(recipient, sealInfo(scope, authority, purpose), sealAad(scope, index), plaintext, random);
}

/** The share with this index, or undefined where anything does not fit: length, key, authority, patient, generation, index. */
export function openShare(
  scope: RecoveryScope,
  authority: string,
  index: number,
  recipientSecret: Uint8Array,
  sealed: Uint8Array,
  purpose: SealPurpose = 'SEAL',
): SecretShare | undefined {
  if (sealed.length !== SEALED_SHARE_BYTES) return undefined;
  const plaintext = hpkeOpen(recipientSecret, sealInfo(scope, authority, purpose), sealAad(scope, index), sealed);
  if (plaintext === undefined || plaintext[0] !== index) return undefined;
  return { index, value: plaintext.slice(1) };
}

/**
 * The root from the first t shares, checked against the ledger record. Errors are values, in the order of step 5.
 * More than t shares: the caller may try others after `BAD_SHARE`.
 */
export function recoverRoot(record: RecoveryRecord, shares: readonly SecretShare[]): Recovered {
  const { t, n, shareCommitments } = record;
  if (shares.length < t) return { valid: false, error: 'TOO_FEW' };
  const used = shares.slice(0, t);
  const isIndex = (index: number) => Number.isSafeInteger(index) && index >= 1 && index <= n;
  if (!used.every(({ index }) => isIndex(index)) || new Set(used.map(({ index }) => index)).size !== t) {
    return { valid: false, error: 'INDEX' };
  }
  const committed = used.every(
    (share) =>
      share.value.length === ROOT_BYTES &&
      equalBytes(shareCommitment(record, share), shareCommitments[share.index - 1] ?? new Uint8Array()),
  );
  if (!committed) return { valid: false, error: 'BAD_SHARE' };
  const root = shamirCombine(used);
  if (!equalBytes(seedCommitment(root, record.channel, record.patientRef), record.seedCommitment)) {
    root.fill(0);
    return { valid: false, error: 'BAD_SEED' };
  }
  return { valid: true, root };
}

function sealInfo({ channel, generation }: RecoveryScope, authority: string, purpose: SealPurpose): Uint8Array {
  return concatBytes(lp(`MEDQUORUM-V1-RECOVERY-${purpose}`), lp(channel), lp(authority), generationOctets(generation));
}

function sealAad({ patientRef }: RecoveryScope, index: number): Uint8Array {
  return concatBytes(lp(patientRef), checkedIndex(index));
}

function checkedIndex(index: number): Uint8Array {
  if (!Number.isSafeInteger(index) || index < 1 || index > MAX_SHARES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `share index is not 1 to ${MAX_SHARES}`);
  }
  return i2osp(index, 1);
}
