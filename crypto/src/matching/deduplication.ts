/**
 * Server-aided deduplication inside one organisation: the key of a file is the oblivious pseudorandom function of its
 * content, so equal files have equal ciphertexts and guessing needs the key server. Source: matching-and-dedup.md part 3.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { AES_KEY_BYTES, type Aes256Gcm, GCM_NONCE_BYTES, nobleAesGcm } from '../symmetric/aes-gcm.ts';
import { VOPRF_OUTPUT_BYTES, type VoprfKeyPair, voprfDeriveKeyPair } from './voprf.ts';

export const POSSESSION_NONCE_BYTES = 32;

/** Deduplication never crosses organisations: equality would show shared patients. */
export type DedupScope = Readonly<{ channel: string; org: string }>;
export type ConvergentKey = Readonly<{ key: Uint8Array; nonce: Uint8Array }>;
/** `ciphertext` ends with the 16-byte tag; `contentId` is its SHA-256. */
export type ConvergentFile = Readonly<{ ciphertext: Uint8Array; contentId: Uint8Array }>;

/** The organisation's server key from its 32-byte seed; the public half goes on the ledger. */
export const dedupServerKey = (seed: Uint8Array, org: string): VoprfKeyPair =>
  voprfDeriveKeyPair(seed, utf8(`MEDQUORUM-V1-DEDUP|${org}`));

/** Input of the pseudorandom function for a plaintext. */
export const dedupInput = (scope: DedupScope, plaintext: Uint8Array): Uint8Array =>
  dedupInputOfDigest(scope, sha256(plaintext), plaintext.length);

/** The same for callers that hashed a stream: SHA-256 and length in bytes of the plaintext. */
export function dedupInputOfDigest({ channel, org }: DedupScope, digest: Uint8Array, length: number): Uint8Array {
  return concatBytes(lp('MEDQUORUM-V1-DEDUP-INPUT'), lp(channel), lp(org), digest, i2osp(length, 8));
}

/**
 * Key and nonce from the 64-byte output of the function. The nonce may be fixed: one key encrypts one plaintext.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for an output of another length
 */
export function convergentKey({ channel, org }: DedupScope, output: Uint8Array): ConvergentKey {
  if (output.length !== VOPRF_OUTPUT_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'output is not 64 bytes');
  const info = concatBytes(lp('MEDQUORUM-V1-DEDUP-KEY'), lp(channel), lp(org));
  const okm = hkdf(sha256, output, undefined, info, AES_KEY_BYTES + GCM_NONCE_BYTES);
  return { key: okm.slice(0, AES_KEY_BYTES), nonce: okm.slice(AES_KEY_BYTES) };
}

/** Encrypts `plaintext` under the key of its own output. */
export function convergentEncrypt(
  scope: DedupScope,
  output: Uint8Array,
  plaintext: Uint8Array,
  aes: Aes256Gcm = nobleAesGcm,
): ConvergentFile {
  const { key, nonce } = convergentKey(scope, output);
  const ciphertext = aes.seal(key, nonce, dedupAad(scope), plaintext);
  return { ciphertext, contentId: sha256(ciphertext) };
}

/** The plaintext, or undefined where the content identifier or the authentication fails: one answer for both. */
export function convergentDecrypt(
  scope: DedupScope,
  output: Uint8Array,
  { ciphertext, contentId }: ConvergentFile,
  aes: Aes256Gcm = nobleAesGcm,
): Uint8Array | undefined {
  if (!equalBytes(sha256(ciphertext), contentId)) return undefined;
  const { key, nonce } = convergentKey(scope, output);
  return aes.open(key, nonce, dedupAad(scope), ciphertext);
}

/**
 * Answer of a client that claims a content identifier without upload, to a fresh 32-byte nonce of the server.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a nonce of another length
 */
export function provePossession(serverNonce: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (serverNonce.length !== POSSESSION_NONCE_BYTES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `nonce is not ${POSSESSION_NONCE_BYTES} bytes`);
  }
  return hmac(sha256, serverNonce, ciphertext);
}

/** Checks the answer against the stored ciphertext. */
export const verifyPossession = (serverNonce: Uint8Array, ciphertext: Uint8Array, answer: Uint8Array): boolean =>
  equalBytes(provePossession(serverNonce, ciphertext), answer);

const dedupAad = ({ channel, org }: DedupScope): Uint8Array =>
  concatBytes(lp('MEDQUORUM-V1-DEDUP-AAD'), lp(channel), lp(org));
