import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ORDER, UNIFORM_BYTES } from '../arithmetic/scalar.ts';
import { concatBytes, lp, os2ip, utf8 } from './bytes.ts';

/** `expand_message_xmd` of RFC 9380, section 5.3.1, with SHA-256. */
export function expandMessage(message: Uint8Array, dst: string, length: number): Uint8Array {
  return expand_message_xmd(message, utf8(dst), length, sha256);
}

/** 48 bytes of `expandMessage` as a scalar: uniform up to a bias below 2^-128. */
export function hashBytesToScalar(message: Uint8Array, dst: string): bigint {
  return os2ip(expandMessage(message, dst, UNIFORM_BYTES)) % ORDER;
}

/** `HS(tag, p1, .., pj)`: hash of length-prefixed parts to a scalar of BLS12-381, domain `MEDQUORUM-V1-<tag>`. */
export function HS(tag: string, ...parts: readonly (Uint8Array | string)[]): bigint {
  return hashBytesToScalar(concatBytes(...parts.map(lp)), `MEDQUORUM-V1-${tag}`);
}
