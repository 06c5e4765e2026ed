/** The data key of a record version, wrapped under a capsule's key point. Source: threshold-pre.md section 5.1. */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, i2osp, lp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { AES_KEY_BYTES, GCM_NONCE_BYTES, GCM_TAG_BYTES, nobleAesGcm } from '../symmetric/aes-gcm.ts';

export const DATA_KEY_BYTES = 32;
export const WRAPPED_KEY_BYTES = DATA_KEY_BYTES + GCM_TAG_BYTES;

/** Which content a key is for. */
export type ContentScope = Readonly<{ channel: string; label: string; recordId: string; version: number }>;
/** The capsule a key is wrapped under: `keyPoint` enc(S), `delegator` enc(A). */
export type WrappingPoint = Readonly<{ keyPoint: Uint8Array; capsule: Uint8Array; delegator: Uint8Array }>;

/**
 * Wraps the one data key of a capsule: key and nonce are fixed by it, so a second data key needs a second capsule.
 * @returns 48 bytes
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a data key that is not 32 bytes, or a version that is not a counter
 */
export function wrapDataKey(point: WrappingPoint, scope: ContentScope, dataKey: Uint8Array): Uint8Array {
  if (dataKey.length !== DATA_KEY_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'data key is not 32 bytes');
  const { key, nonce } = wrappingKey(point);
  return nobleAesGcm.seal(key, nonce, wrapAad(scope), dataKey);
}

/** The data key, or undefined where wrapped key, capsule, record, version or fragments do not belong together. */
export function unwrapDataKey(point: WrappingPoint, scope: ContentScope, wrapped: Uint8Array): Uint8Array | undefined {
  if (wrapped.length !== WRAPPED_KEY_BYTES) return undefined;
  const { key, nonce } = wrappingKey(point);
  return nobleAesGcm.open(key, nonce, wrapAad(scope), wrapped);
}

function wrappingKey({ keyPoint, capsule, delegator }: WrappingPoint) {
  const info = concatBytes(lp('MEDQUORUM-V1-TPRE-KEK'), lp(delegator));
  const okm = hkdf(sha256, keyPoint, sha256(capsule), info, AES_KEY_BYTES + GCM_NONCE_BYTES);
  return { key: okm.slice(0, AES_KEY_BYTES), nonce: okm.slice(AES_KEY_BYTES) };
}

function wrapAad({ channel, label, recordId, version }: ContentScope): Uint8Array {
  return concatBytes(lp('MEDQUORUM-V1-TPRE-WRAP'), lp(channel), lp(label), lp(recordId), versionOctets(version));
}

/** `I2OSP(version, 8)`. */
export function versionOctets(version: number): Uint8Array {
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'version is not a counter');
  }
  return i2osp(version, 8);
}
