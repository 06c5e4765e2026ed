import { utf8 } from '../encoding/bytes.ts';

/** RFC 9380, section 5.3.3: longer tags would be hashed first. No scheme here has one, so they are refused. */
const MAX_DST_BYTES = 255;

/** The bytes of a domain separation tag. A wrong tag is a fault of the calling code, hence a RangeError. */
export function dstBytes(dst: string): Uint8Array {
  const bytes = utf8(dst);
  if (bytes.length === 0 || bytes.length > MAX_DST_BYTES)
    throw new RangeError('domain separation tag of 1 to 255 bytes expected');
  return bytes;
}
