import { createHash } from 'node:crypto';

/**
 * SHA-256 of the DER SEQUENCE {INTEGER number, OCTET STRING previous hash, OCTET STRING data hash}: what the next block's
 * `previous_hash` holds. An empty previous hash is an empty OCTET STRING.
 */
export function headerHash(number: number, previousHash: Uint8Array, dataHash: Uint8Array): Buffer {
  const content = Buffer.concat([
    derElement(DER_INTEGER, derInteger(number)),
    derElement(DER_OCTET_STRING, previousHash),
    derElement(DER_OCTET_STRING, dataHash),
  ]);
  return sha256(derElement(DER_SEQUENCE, content));
}

/** SHA-256 of the concatenated envelopes; Fabric builds no Merkle tree here. */
export function dataHash(envelopes: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const envelope of envelopes) hash.update(envelope);
  return hash.digest();
}

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const DER_INTEGER = 0x02;
const DER_OCTET_STRING = 0x04;
const DER_SEQUENCE = 0x30;

/** Shortest two's complement form of a number that is not negative. */
function derInteger(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
}

/** Contents here stay under 128 bytes except the sequence, which a longer hash could lengthen. */
function derElement(tag: number, content: Uint8Array): Buffer {
  const length = content.length;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
