/** A person's keys from one root seed. Source: matching-and-dedup.md part 5 (in ../matching), names as there. */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type RistrettoScalar, reduceScalarL } from '../arithmetic/ristretto255.ts';
import { concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';

export const ROOT_BYTES = 32;
/** Counters of key generations are written in 4 bytes. */
const MAX_GENERATION = 0xffff_ffff;

/** A fresh root, made on the person's device. Whoever has it has every key below. */
export const randomRoot = (random: RandomSource = systemRandom): Uint8Array => random.bytes(ROOT_BYTES);

/** 32 secret octets of the attribute signature scheme; `deriveUserKey` of ma-abs turns them into `usk`. No generation: registration is unique. */
export const deriveUskOctets = (root: Uint8Array, channel: string): Uint8Array =>
  T(root, concatBytes(lp('usk'), lp(channel)), 32);

/**
 * Delegating secret `a` of threshold re-encryption for one record label: collusion against it exposes that label only.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT if it comes out zero (probability 2^-252) or an argument is out of range
 */
export function deriveDelegatingKey(
  root: Uint8Array,
  channel: string,
  label: string,
  generation: number,
): RistrettoScalar {
  const a = reduceScalarL(T(root, concatBytes(lp('pre'), lp(channel), lp(label), generationOctets(generation)), 64));
  if (a === 0n) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'delegating key is zero');
  return a;
}

/** Ed25519 seed, 32 bytes, that signs intents. */
export const deriveSigningSeed = (root: Uint8Array, channel: string, generation: number): Uint8Array =>
  T(root, concatBytes(lp('sign'), lp(channel), generationOctets(generation)), 32);

/** 32 bytes for the ledger by which a recovered root is recognised. `patientRef` is the ledger pseudonym. */
export const seedCommitment = (root: Uint8Array, channel: string, patientRef: string): Uint8Array =>
  T(root, concatBytes(lp('commit'), lp(channel), lp(patientRef)), 32);

/** `T(info, n) = HKDF(ikm = root, salt = "MEDQUORUM-V1-KEYTREE", info, n)`. */
function T(root: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (root.length !== ROOT_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', `root is not ${ROOT_BYTES} bytes`);
  return hkdf(sha256, root, utf8('MEDQUORUM-V1-KEYTREE'), info, length);
}

/** `I2OSP(generation, 4)`. */
export function generationOctets(generation: number): Uint8Array {
  if (!Number.isSafeInteger(generation) || generation < 0 || generation > MAX_GENERATION) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'generation is not a counter of 4 bytes');
  }
  return i2osp(generation, 4);
}
