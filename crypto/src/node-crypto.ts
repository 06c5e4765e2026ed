/**
 * The one file that imports from Node: OpenSSL behind the ports of this library, for speed. Same answers as the defaults,
 * by differential tests. Browsers use the defaults.
 */
import { createCipheriv, createDecipheriv, createPublicKey, verify } from 'node:crypto';
import { base64urlEncode } from './encoding/base64url.ts';
import { concatBytes } from './encoding/bytes.ts';
import type { Ed25519Equation } from './keys/ed25519.ts';
import { type Aes256Gcm, GCM_TAG_BYTES } from './symmetric/aes-gcm.ts';

/** The Ed25519 equation by OpenSSL: without cofactor, refuses S >= L. Twelve times as fast as noble. */
export const nodeEd25519Equation: Ed25519Equation = (signature, message, publicKey) => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: base64urlEncode(publicKey) };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
};

/** AES-256-GCM by OpenSSL. */
export const nodeAesGcm: Aes256Gcm = {
  seal(key, nonce, aad, plaintext) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: GCM_TAG_BYTES });
    cipher.setAAD(aad);
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return concatBytes(ciphertext, cipher.getAuthTag());
  },
  open(key, nonce, aad, sealed) {
    if (sealed.length < GCM_TAG_BYTES) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: GCM_TAG_BYTES });
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(sealed.length - GCM_TAG_BYTES));
    const plaintext = decipher.update(sealed.subarray(0, sealed.length - GCM_TAG_BYTES));
    try {
      decipher.final();
    } catch {
      return undefined; // the tag is wrong; nothing else is left to fail here
    }
    return new Uint8Array(plaintext); // a plain array of its own memory, as noble's
  },
};
