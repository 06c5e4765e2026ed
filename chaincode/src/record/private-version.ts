import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { sha256 } from '../encoding/sha256.ts';
import type { Item } from '../ledger/operation.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { uuid } from '../schema/identifiers.ts';
import { object, type Shape, type Shaped, text } from '../schema/shape.ts';
import { recordHeader } from './record-header.ts';

/** Name in the transient data of a JSON list, as long as the list of entries; null for items that bring nothing private. */
export const PRIVATE_TRANSIENT_KEY = 'segregated';
/** 32 random bytes. */
export const salt = text(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, '32 random bytes in base64url');
const COMMITMENT_PREFIX = 'MQ-RECORD-COMMITMENT-v1\n';

/** What only members of the collection learn. The salt keeps others from guessing it out of the commitment. */
export const privateVersion = object({
  patient: uuid,
  header: recordHeader,
  salt,
});
export type PrivateVersion = Shaped<typeof privateVersion>;

/** What the ledger shows instead: SHA-256, lower-case hex. */
export function recordCommitment(version: PrivateVersion): string {
  return sha256(COMMITMENT_PREFIX + canonicalJson(version));
}

/**
 * The private part of an item, held to the commitment that its author signed.
 *
 * @throws MedQuorumError `MQ_TRANSIENT_MISSING`, `MQ_INPUT_INVALID`, `MQ_COMMITMENT_MISMATCH`
 */
export function openCommitment({ tx, index }: Item<unknown>, commitment: string): PrivateVersion {
  const version = transientItem(tx.transient, index, privateVersion);
  if (recordCommitment(version) !== commitment) {
    throw new MedQuorumError('MQ_COMMITMENT_MISMATCH', 'the transient data is not what was committed to');
  }
  return version;
}

/** Item `index` of the transient list. */
export function transientItem<T>(transient: ReadonlyMap<string, Uint8Array>, index: number, shape: Shape<T>): T {
  const value = transientList(transient)[index] ?? null;
  if (value === null) throw new MedQuorumError('MQ_TRANSIENT_MISSING', 'the private part is not in the transient data');
  return shape(value, 'transient');
}

function transientList(transient: ReadonlyMap<string, Uint8Array>): readonly unknown[] {
  const bytes = transient.get(PRIVATE_TRANSIENT_KEY);
  if (bytes === undefined) return [];
  try {
    const list: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (Array.isArray(list)) return list;
  } catch {
    // what it is instead is not repeated
  }
  throw new MedQuorumError('MQ_INPUT_INVALID', 'transient: must be a JSON list');
}
