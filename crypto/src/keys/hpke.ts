/**
 * Hybrid public key encryption, RFC 9180, base mode, one message: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
 * Names as in the RFC. Sealed: enc (32 bytes) || ciphertext || tag (16 bytes).
 */
import { x25519 } from '@noble/curves/ed25519.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, i2osp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { AES_KEY_BYTES, GCM_NONCE_BYTES, GCM_TAG_BYTES, nobleAesGcm } from '../symmetric/aes-gcm.ts';

export const HPKE_KEY_BYTES = 32;
export const HPKE_OVERHEAD_BYTES = HPKE_KEY_BYTES + GCM_TAG_BYTES;

const KEM_ID = i2osp(0x0020, 2);
const KDF_ID = i2osp(0x0001, 2);
const AEAD_ID = i2osp(0x0002, 2);
const KEM_SUITE = concatBytes(utf8('KEM'), KEM_ID);
const HPKE_SUITE = concatBytes(utf8('HPKE'), KEM_ID, KDF_ID, AEAD_ID);
const MODE_BASE = 0;
const EMPTY = new Uint8Array();

export type HpkeKeyPair = Readonly<{ skR: Uint8Array; pkR: Uint8Array }>;

/**
 * DeriveKeyPair of section 7.1.3.
 * @param ikm 32 bytes or more
 */
export function hpkeDeriveKeyPair(ikm: Uint8Array): HpkeKeyPair {
  if (ikm.length < HPKE_KEY_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'ikm is shorter than 32 bytes');
  const skR = labeledExpand(KEM_SUITE, labeledExtract(KEM_SUITE, EMPTY, 'dkp_prk', ikm), 'sk', EMPTY, HPKE_KEY_BYTES);
  return { skR, pkR: x25519.getPublicKey(skR) };
}

export const hpkeKeyPair = (random: RandomSource = systemRandom): HpkeKeyPair =>
  hpkeDeriveKeyPair(random.bytes(HPKE_KEY_BYTES));

/**
 * Seals one message to a recipient.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a recipient key that is not 32 bytes or of small order
 */
export function hpkeSeal(
  pkR: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  random: RandomSource = systemRandom,
): Uint8Array {
  const { skR: skE, pkR: enc } = hpkeKeyPair(random);
  const dh = diffieHellman(skE, pkR);
  if (dh === undefined) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'recipient key is not a usable X25519 key');
  const { key, baseNonce } = keySchedule(sharedSecret(dh, enc, pkR), info);
  return concatBytes(enc, nobleAesGcm.seal(key, baseNonce, aad, plaintext));
}

/** The plaintext, or undefined where the input is too short, the shared secret all zero, or authentication fails. */
export function hpkeOpen(
  skR: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < HPKE_OVERHEAD_BYTES) return undefined;
  const enc = sealed.subarray(0, HPKE_KEY_BYTES);
  const dh = diffieHellman(skR, enc);
  if (dh === undefined) return undefined;
  const { key, baseNonce } = keySchedule(sharedSecret(dh, enc, x25519.getPublicKey(skR)), info);
  return nobleAesGcm.open(key, baseNonce, aad, sealed.subarray(HPKE_KEY_BYTES));
}

/** DH of section 4.1; undefined for the all-zero output that section 7.1.4 has both sides refuse, and for other lengths. */
function diffieHellman(sk: Uint8Array, pk: Uint8Array): Uint8Array | undefined {
  if (pk.length !== HPKE_KEY_BYTES || sk.length !== HPKE_KEY_BYTES) return undefined;
  try {
    return x25519.getSharedSecret(sk, pk);
  } catch {
    return undefined; // lengths are checked, so noble can only have met a point of small order
  }
}

/** ExtractAndExpand of section 4.1, with `kem_context = enc || pkRm`. */
function sharedSecret(dh: Uint8Array, enc: Uint8Array, pkR: Uint8Array): Uint8Array {
  const eaePrk = labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', dh);
  return labeledExpand(KEM_SUITE, eaePrk, 'shared_secret', concatBytes(enc, pkR), 32);
}

/** KeySchedule of section 5.1, base mode: no pre-shared key; sequence number 0 leaves the base nonce as it is. */
function keySchedule(secretOfKem: Uint8Array, info: Uint8Array) {
  const context = concatBytes(
    Uint8Array.of(MODE_BASE),
    labeledExtract(HPKE_SUITE, EMPTY, 'psk_id_hash', EMPTY),
    labeledExtract(HPKE_SUITE, EMPTY, 'info_hash', info),
  );
  const secret = labeledExtract(HPKE_SUITE, secretOfKem, 'secret', EMPTY);
  return {
    key: labeledExpand(HPKE_SUITE, secret, 'key', context, AES_KEY_BYTES),
    baseNonce: labeledExpand(HPKE_SUITE, secret, 'base_nonce', context, GCM_NONCE_BYTES),
  };
}

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return extract(sha256, concatBytes(utf8('HPKE-v1'), suite, utf8(label), ikm), salt);
}

function labeledExpand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return expand(sha256, prk, concatBytes(i2osp(length, 2), utf8('HPKE-v1'), suite, utf8(label), info), length);
}
