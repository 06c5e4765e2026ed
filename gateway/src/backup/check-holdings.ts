import { createHash } from 'node:crypto';
import type { State, StateKind } from '@medquorum/chaincode/ledger/state';
import type { PatientState } from '@medquorum/chaincode/patient/patient-state';
import type { RecordState, RecordVersionState } from '@medquorum/chaincode/record/record-state';
import type { PractitionerState } from '@medquorum/chaincode/registry/registry-state';
import { ContentDecryptionError, decryptContent } from '../content/content-encryption.ts';
import type { ContentStore } from '../content/content-store.ts';
import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import type { HeldKeys, KeyOwner } from '../identity/held-keys.ts';
import type { ContentKeys } from '../record/content-keys.ts';

type Options = Readonly<{
  db: Database;
  store: Pick<ContentStore, 'get'>;
  keys: Pick<ContentKeys, 'find'>;
  held: Pick<HeldKeys, 'find'>;
  mspId: string;
}>;

/** What the organisation should hold and does not: a version of a record of its custody, or a signing key of somebody who signs here. */
export type Lack = Readonly<{
  /** `record <id> version <n>`, `patient <pseudonym>`, `practitioner <id>` */
  what: string;
  code: 'MQ_CONTENT_NOT_FOUND' | 'MQ_CONTENT_CORRUPT' | 'MQ_KEY_NOT_HELD' | 'MQ_CONTENT_UNREADABLE';
}>;
export type Holdings = Readonly<{
  /** Versions of records of its custody. */
  versions: number;
  /** Its practitioners, and patients whose wallet it keeps. */
  signers: number;
  lacks: readonly Lack[];
}>;

const PAGE_STATES = 200;

/**
 * Holds what is here against what the read model says this organisation should hold. Of each version of its records: is the ciphertext here,
 * with the digest on the ledger, and does its key open it? (Of a segregated version the digest is in its collection; it is held to its CID.)
 * Of each practitioner of its own and each patient whose wallet it keeps: is the current signing key here?
 */
export async function checkHoldings(options: Options): Promise<Holdings> {
  const lacks: Lack[] = [];
  let versions = 0;
  for await (const state of ownVersions(options)) {
    versions += 1;
    const code = await lackOf(options, state);
    if (code !== undefined) lacks.push({ what: `record ${state.recordId} version ${state.version}`, code });
  }
  let signers = 0;
  for await (const { owner, keyGeneration, signingKey } of ownSigners(options)) {
    signers += 1;
    const isHeld = await options.held.find(owner, keyGeneration).then(
      ({ signing }) => signing.publicKey === signingKey,
      (error: unknown) => {
        if (error instanceof GatewayError && error.code === 'MQ_KEY_NOT_HELD') return false;
        throw error;
      },
    );
    if (!isHeld) lacks.push({ what: `${owner.kind} ${owner.id}`, code: 'MQ_KEY_NOT_HELD' });
  }
  return { versions, signers, lacks };
}

type Signer = Readonly<{ owner: KeyOwner; keyGeneration: number; signingKey: string }>;

async function* ownSigners(options: Options): AsyncIterable<Signer> {
  for await (const docs of ownStates(options, 'practitioner')) {
    for (const { practitionerId: id, keyGeneration, signingKey } of docs as PractitionerState[])
      yield { owner: { kind: 'practitioner', id }, keyGeneration, signingKey };
  }
  for await (const docs of ownStates(options, 'patient')) {
    for (const { keyGeneration, pseudonym: id, signingKey, wallet } of docs as PatientState[])
      if (wallet === 'custodial') yield { owner: { kind: 'patient', id }, keyGeneration, signingKey };
  }
}

async function* ownVersions(options: Options): AsyncIterable<RecordVersionState> {
  for await (const heads of ownStates(options, 'record')) {
    const rows = await options.db
      .selectFrom('ledgerState')
      .select('doc')
      .where('kind', '=', 'record-version')
      .where(
        'recordId',
        'in',
        (heads as RecordState[]).map(({ recordId }) => recordId),
      )
      .where('flaw', 'is', null)
      .orderBy('key')
      .execute();
    for (const { doc } of rows) yield JSON.parse(doc) as RecordVersionState;
  }
}

/** Trusted states of a kind that name this organisation, some at a time, in key order. */
async function* ownStates({ db, mspId }: Options, kind: StateKind): AsyncIterable<readonly State[]> {
  let after = '';
  for (;;) {
    const rows = await db
      .selectFrom('ledgerState')
      .select(['key', 'doc'])
      .where('kind', '=', kind)
      .where('mspId', '=', mspId)
      .where('flaw', 'is', null)
      .where('key', '>', after)
      .orderBy('key')
      .limit(PAGE_STATES)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.key;
    yield rows.map(({ doc }) => JSON.parse(doc) as State);
  }
}

async function lackOf(
  options: Options,
  { header, recordId, version }: RecordVersionState,
): Promise<Lack['code'] | undefined> {
  if (header !== null) return lackOfContent(options, { recordId, version, ...header.content });
  const hidden = await options.db
    .selectFrom('contentKey')
    .select('cid')
    .where('recordId', '=', recordId)
    .where('version', '=', version)
    .execute();
  const found = await Promise.all(
    hidden.map(({ cid }) => lackOfContent(options, { recordId, version, cid, sha256: undefined })),
  );
  // Requests that raced for the version may have left keys of contents that the ledger never took.
  return found.length === 0 ? 'MQ_KEY_NOT_HELD' : found.includes(undefined) ? undefined : found[0];
}

type Content = Readonly<{ recordId: string; version: number; cid: string; sha256: string | undefined }>;

async function lackOfContent(
  { store, keys }: Options,
  { recordId, version, cid, sha256 }: Content,
): Promise<Lack['code'] | undefined> {
  const bytes = await store.get(cid);
  if (bytes === undefined) return 'MQ_CONTENT_NOT_FOUND';
  if (sha256 !== undefined && createHash('sha256').update(bytes).digest('hex') !== sha256) return 'MQ_CONTENT_CORRUPT';
  try {
    const key = await keys.find(recordId, version, cid);
    decryptContent(bytes, key, { recordId, version });
    key.fill(0);
    return undefined;
  } catch (error) {
    if (error instanceof ContentDecryptionError) return 'MQ_CONTENT_UNREADABLE';
    if (error instanceof GatewayError && error.code === 'MQ_KEY_NOT_HELD') return 'MQ_KEY_NOT_HELD';
    throw error;
  }
}
