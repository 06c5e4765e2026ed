import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { LedgerSession } from '../ledger/ledger-session.ts';
import type { Item } from '../ledger/operation.ts';
import { KEYS } from '../ledger/state.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import { type PrivateVersion, privateVersion } from './private-version.ts';
import type { RecordState } from './record-state.ts';

/**
 * The head of a segregated record as members of the collection know it: with its patient. Decisions read this and not the
 * public head, because the keys that a transaction reads are public, and would tie the record to its patient.
 */
export type PrivateRecordState = Readonly<{
  v: typeof SHAPE_VERSION;
  kind: 'private-record';
  recordId: string;
  patient: string;
  custodian: string;
  class: string;
  activeVersion: number | null;
  versions: RecordState['versions'];
}>;

/** What stands in the collection under the key of a version. */
export type PrivateVersionState = PrivateVersion & Readonly<{ v: typeof SHAPE_VERSION; kind: 'private-version' }>;

export function putPrivateRecord({ session }: Item<unknown>, head: RecordState, patient: string): void {
  const { recordId, custodian, class: recordClass, collection, activeVersion, versions } = head;
  if (collection === null) return;
  const state: PrivateRecordState = {
    v: SHAPE_VERSION,
    kind: 'private-record',
    recordId,
    patient,
    custodian,
    class: recordClass,
    activeVersion,
    versions,
  };
  session.putPrivate(collection, KEYS.record(recordId), encode(state));
}

/** After a change of the public head that brings no new version. */
export async function updatePrivateRecord(item: Item<unknown>, head: RecordState): Promise<void> {
  if (head.collection === null) return;
  const { patient } = await requirePrivateRecord(item.session, head.collection, head.recordId);
  putPrivateRecord(item, head, patient);
}

export function putPrivateVersion(
  { session }: Item<unknown>,
  collection: string,
  recordId: string,
  version: number,
  content: PrivateVersion,
): void {
  const state: PrivateVersionState = { v: SHAPE_VERSION, kind: 'private-version', ...content };
  session.putPrivate(collection, KEYS['record-version'](recordId, version), encode(state));
}

/** @throws MedQuorumError `MQ_RECORD_NOT_FOUND` */
export async function requirePrivateRecord(
  session: LedgerSession,
  collection: string,
  recordId: string,
): Promise<PrivateRecordState> {
  const value = await session.getPrivate(collection, KEYS.record(recordId));
  if (value === undefined) throw new MedQuorumError('MQ_RECORD_NOT_FOUND', 'no such record');
  return JSON.parse(Buffer.from(value).toString());
}

/** @throws MedQuorumError `MQ_RECORD_VERSION` */
export async function requirePrivateVersion(
  session: LedgerSession,
  collection: string,
  recordId: string,
  version: number,
): Promise<PrivateVersion> {
  const value = await session.getPrivate(collection, KEYS['record-version'](recordId, version));
  if (value === undefined) throw new MedQuorumError('MQ_RECORD_VERSION', 'no such version');
  const { v: _v, kind: _kind, ...content } = JSON.parse(Buffer.from(value).toString()) as PrivateVersionState;
  return privateVersion(content, 'version');
}

function encode(state: PrivateRecordState | PrivateVersionState): Buffer {
  return Buffer.from(canonicalJson(state));
}
