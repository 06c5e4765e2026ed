import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { sha256 } from '../encoding/sha256.ts';
import type { Item } from '../ledger/operation.ts';
import { KEYS } from '../ledger/state.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { uuid } from '../schema/identifiers.ts';
import { object, type Shape, type Shaped, text } from '../schema/shape.ts';
import { recordHeader } from './record-header.ts';

/** Transient key of a JSON list, as long as the list of entries; null for items that bring nothing private. */
export const PRIVATE_TRANSIENT_KEY = 'segregated';
const COMMITMENT_PREFIX = 'MQ-RECORD-COMMITMENT-v1\n';

/** What only members of the collection learn. The salt keeps others from guessing it out of the commitment. */
export const privateVersion = object({
  patient: uuid,
  header: recordHeader,
  salt: text(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, '32 random bytes in base64url'),
});
export type PrivateVersion = Shaped<typeof privateVersion>;

/** What stands in the collection, under the key of the version. */
export type PrivateVersionState = PrivateVersion & Readonly<{ v: 1; kind: 'private-version' }>;

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

export function putPrivateVersion(
  { session }: Item<unknown>,
  collection: string,
  recordId: string,
  version: number,
  content: PrivateVersion,
): void {
  const state: PrivateVersionState = { v: SHAPE_VERSION, kind: 'private-version', ...content };
  session.putPrivate(collection, KEYS['record-version'](recordId, version), Buffer.from(canonicalJson(state)));
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
