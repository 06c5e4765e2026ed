import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { base64urlDecode } from '@medquorum/crypto/encoding/base64url';
import { ED25519_SIGNATURE_BYTES, isEd25519PublicKey } from '@medquorum/crypto/keys/ed25519';

/** Keys that are kept ready; a busy endorser sees the same few hundred over and over. */
export const MAX_CACHED_KEYS = 4096;
const cachedKeys = new Map<string, KeyObject | null>();

/**
 * Ed25519 as `verifyEd25519` of crypto defines it: that check of the key, and OpenSSL's equation, which is the same and
 * some twenty times faster. The result depends on the arguments alone; only the time depends on the cache.
 *
 * @param signingKey base64url of 32 bytes
 * @param signature base64url of 64 bytes
 */
export function verifySignature(signingKey: string, signature: string, bytes: Uint8Array): boolean {
  const key = publicKey(signingKey);
  const signatureBytes = base64urlDecode(signature);
  return key !== null && signatureBytes.length === ED25519_SIGNATURE_BYTES && verify(null, bytes, key, signatureBytes);
}

/** Null for what is no key of large order. */
function publicKey(signingKey: string): KeyObject | null {
  const cached = cachedKeys.get(signingKey);
  if (cached !== undefined) return cached;
  const oldest = cachedKeys.keys().next();
  if (cachedKeys.size >= MAX_CACHED_KEYS && !oldest.done) cachedKeys.delete(oldest.value);
  const key = isEd25519PublicKey(base64urlDecode(signingKey))
    ? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signingKey }, format: 'jwk' })
    : null;
  cachedKeys.set(signingKey, key);
  return key;
}
