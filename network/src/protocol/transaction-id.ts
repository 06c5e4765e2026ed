import { createHash } from 'node:crypto';

/** Transaction id: SHA-256 over nonce and creator (serialised identity), in lower-case hexadecimal. */
export function computeTransactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return createHash('sha256').update(nonce).update(creator).digest('hex');
}
