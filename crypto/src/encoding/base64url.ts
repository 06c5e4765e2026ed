/** base64url without padding (RFC 4648 section 5), one text per byte string. */
import { CryptoError } from '../errors/crypto-error.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SEXTETS = new Map(Array.from(ALPHABET, (character, sextet) => [character, sextet]));

/** @returns `bytes` as base64url without padding */
export function base64urlEncode(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = bytes.subarray(i, i + 3);
    const word = ((group[0] ?? 0) << 16) | ((group[1] ?? 0) << 8) | (group[2] ?? 0);
    for (let k = 0; k <= group.length; k++) text += ALPHABET.charAt((word >> (18 - 6 * k)) & 63);
  }
  return text;
}

/**
 * @throws CryptoError `MQ_BASE64URL` for padding, other characters, an impossible length, or bits set after the last
 *   byte (a second spelling of the same bytes)
 */
export function base64urlDecode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let length = 0;
  for (const character of text) {
    const sextet = SEXTETS.get(character);
    if (sextet === undefined) throw new CryptoError('MQ_BASE64URL', 'a character is not base64url');
    word = ((word << 6) | sextet) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (word >> bits) & 0xff;
    }
  }
  if (text.length % 4 === 1) throw new CryptoError('MQ_BASE64URL', 'no byte string has this length');
  if ((word & ((1 << bits) - 1)) !== 0) throw new CryptoError('MQ_BASE64URL', 'unused bits are set');
  return bytes;
}
