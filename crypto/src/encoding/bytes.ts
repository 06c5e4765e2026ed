import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { CryptoError } from '../errors/crypto-error.ts';

export { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';

/**
 * `I2OSP(x, n)` of RFC 8017: x in exactly n bytes, big-endian.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for what is not an integer of that size
 */
export function i2osp(x: number | bigint, length: number): Uint8Array {
  const hex = x.toString(16);
  const isInteger = typeof x === 'bigint' || Number.isSafeInteger(x);
  if (!isInteger || x < 0 || hex.length > 2 * length) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `integer does not fit in ${length} bytes`);
  }
  return hexToBytes(hex.padStart(2 * length, '0'));
}

/** `OS2IP` of RFC 8017: big-endian bytes as an integer; no bytes are 0. */
export const os2ip = (bytes: Uint8Array): bigint => BigInt(`0x0${bytesToHex(bytes)}`);

/**
 * Bytes of a text: UTF-8, never normalised.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a lone surrogate: two texts would share one encoding
 */
export function utf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'text is not well-formed Unicode');
  return new TextEncoder().encode(text);
}

/** `lp(x) = I2OSP(len(x), 4) || x`; text counts as its UTF-8 bytes. */
export function lp(x: Uint8Array | string): Uint8Array {
  const bytes = typeof x === 'string' ? utf8(x) : x;
  return concatBytes(i2osp(bytes.length, 4), bytes);
}

/** Compares in time that depends on the lengths only, as far as a JavaScript engine allows. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Order of byte strings as in the specifications: first differing byte, then length. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
