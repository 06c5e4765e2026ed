import { os2ip } from '../encoding/bytes.ts';
import { DecodingError } from '../errors/decoding-error.ts';

/** p, the order of the base field of BLS12-381. */
export const FIELD_ORDER =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
export const COORDINATE_BYTES = 48;

const COMPRESSED_FLAG = 0x80;
const INFINITY_FLAG = 0x40;
const FLAGS = 0xe0;

/**
 * The checks of a compressed point that need no curve arithmetic, the same for both implementations because libraries differ here: exact
 * length, compression flag, identity, and every coordinate of x below p.
 * @throws DecodingError MQ_CRYPTO_LENGTH, MQ_CRYPTO_POINT, MQ_CRYPTO_IDENTITY
 */
export function checkCompressedForm(bytes: Uint8Array, encodedBytes: 48 | 96, field: string): void {
  if (bytes.length !== encodedBytes)
    throw new DecodingError('MQ_CRYPTO_LENGTH', `${field} is not ${encodedBytes} bytes`);
  const head = bytes[0] as number;
  if ((head & COMPRESSED_FLAG) === 0) throw new DecodingError('MQ_CRYPTO_POINT', `${field} lacks the compression flag`);
  if ((head & INFINITY_FLAG) !== 0) {
    const canonical = head === (COMPRESSED_FLAG | INFINITY_FLAG) && bytes.subarray(1).every((byte) => byte === 0);
    if (canonical) throw new DecodingError('MQ_CRYPTO_IDENTITY', `${field} is the identity`);
    throw new DecodingError('MQ_CRYPTO_POINT', `${field} has the infinity flag and other bits`);
  }
  for (const coordinate of xCoordinates(bytes)) {
    if (coordinate >= FIELD_ORDER) throw new DecodingError('MQ_CRYPTO_POINT', `${field} has a coordinate not below p`);
  }
}

/** The one encoding of the identity: both flags, nothing else. */
export const encodedIdentity = (encodedBytes: 48 | 96): Uint8Array =>
  new Uint8Array(encodedBytes).with(0, COMPRESSED_FLAG | INFINITY_FLAG);

/** The coordinates of x in the order of the encoding (G2: imaginary part first), flags cleared. */
export function xCoordinates(bytes: Uint8Array): bigint[] {
  const plain = Uint8Array.from(bytes);
  plain[0] = (plain[0] as number) & ~FLAGS;
  const coordinates: bigint[] = [];
  for (let start = 0; start < plain.length; start += COORDINATE_BYTES) {
    coordinates.push(os2ip(plain.subarray(start, start + COORDINATE_BYTES)));
  }
  return coordinates;
}
