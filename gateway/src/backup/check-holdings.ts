import { createHash } from 'node:crypto';
import type { RecordState, RecordVersionState } from '@medquorum/chaincode/record/record-state';
import { ContentDecryptionError, decryptContent } from '../content/content-encryption.ts';
import type { ContentStore } from '../content/content-store.ts';
import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import type { ContentKeys } from '../record/content-keys.ts';

type Options = Readonly<{
  db: Database;
  store: Pick<ContentStore, 'get'>;
  keys: Pick<ContentKeys, 'find'>;
  mspId: string;
}>;

/** A version of a record of one's own custody that cannot be read here, and why. */
export type Lack = Readonly<{
  recordId: string;
  version: number;
  code: 'MQ_CONTENT_NOT_FOUND' | 'MQ_CONTENT_CORRUPT' | 'MQ_KEY_NOT_HELD' | 'MQ_CONTENT_UNREADABLE';
}>;
export type Holdings = Readonly<{ versions: number; lacks: readonly Lack[] }>;

const PAGE_RECORDS = 200;

/**
 * Holds what is here against the records that the read model says this organisation is custodian of: is each version's ciphertext here, with
 * the digest on the ledger, and does its key open it? Of a segregated version the ledger's digest is in its collection; it is held to its CID.
 */
export async function checkHoldings(options: Options): Promise<Holdings> {
  const lacks: Lack[] = [];
  let versions = 0;
  for await (const { state } of ownVersions(options)) {
    versions += 1;
    const code = await lackOf(options, state);
    if (code !== undefined) lacks.push({ recordId: state.recordId, version: state.version, code });
  }
  return { versions, lacks };
}

async function* ownVersions({ db, mspId }: Options): AsyncIterable<Readonly<{ state: RecordVersionState }>> {
  let after = '';
  for (;;) {
    const heads = await db
      .selectFrom('ledgerState')
      .select(['key', 'doc'])
      .where('kind', '=', 'record')
      .where('mspId', '=', mspId)
      .where('flaw', 'is', null)
      .where('key', '>', after)
      .orderBy('key')
      .limit(PAGE_RECORDS)
      .execute();
    const last = heads.at(-1);
    if (last === undefined) return;
    after = last.key;
    const recordIds = heads.map(({ doc }) => (JSON.parse(doc) as RecordState).recordId);
    const rows = await db
      .selectFrom('ledgerState')
      .select('doc')
      .where('kind', '=', 'record-version')
      .where('recordId', 'in', recordIds)
      .where('flaw', 'is', null)
      .orderBy('key')
      .execute();
    for (const { doc } of rows) yield { state: JSON.parse(doc) as RecordVersionState };
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
