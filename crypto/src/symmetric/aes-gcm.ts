/** AES-256-GCM (NIST SP 800-38D) behind a port: noble by default, OpenSSL where `node-crypto.ts` is injected. */
import { gcm } from '@noble/ciphers/aes.js';

export const AES_KEY_BYTES = 32;
export const GCM_NONCE_BYTES = 12;
export const GCM_TAG_BYTES = 16;

export interface Aes256Gcm {
  /** @returns ciphertext || 16-byte tag */
  seal(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** @returns the plaintext, or undefined where authentication fails or the input is shorter than a tag */
  open(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

export const nobleAesGcm: Aes256Gcm = {
  seal: (key, nonce, aad, plaintext) => gcm(key, nonce, aad).encrypt(plaintext),
  open(key, nonce, aad, sealed) {
    if (sealed.length < GCM_TAG_BYTES) return undefined;
    try {
      return gcm(key, nonce, aad).decrypt(sealed);
    } catch {
      return undefined; // lengths of key and nonce are ours, so only the tag can be wrong
    }
  },
};
