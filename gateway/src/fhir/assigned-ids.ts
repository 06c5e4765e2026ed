import { createHash, randomBytes } from 'node:crypto';
import type { WriteRequest } from '../operation/operations.ts';

/**
 * Ids of the resources of one request, by their place in it. With an idempotency key they follow from it, so that a repeated request, after
 * whatever crash, names the same resources; without one they are random. Version 8 UUIDs (RFC 9562, section 5.8).
 */
export function assignedIds(
  { principalId, idempotencyKey }: WriteRequest,
  secret: Uint8Array,
): (place: string) => string {
  const seed =
    idempotencyKey === undefined
      ? randomBytes(32)
      : createHash('sha256')
          .update(secret)
          .update(JSON.stringify([principalId, idempotencyKey]))
          .digest();
  return (place) => {
    const bytes = createHash('sha256').update(seed).update(place).digest().subarray(0, 16);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    const hex = bytes.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
}
