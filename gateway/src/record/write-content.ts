import { createHash } from 'node:crypto';
import { type RecordHeader, sizeBucket } from '@medquorum/chaincode/record/record-header';
import { encryptContent, generateContentKey } from '../content/content-encryption.ts';
import { contentIdOf } from '../content/content-id.ts';
import type { ContentStore } from '../content/content-store.ts';
import type { ContentKeys } from './content-keys.ts';

/** What the caller says of a record; where its ciphertext is, is added here. */
export type HeaderDraft = Omit<RecordHeader, 'content'>;

type Options = Readonly<{ store: ContentStore; keys: ContentKeys }>;

/** A complete header, and the work on disk that has to be done before the ledger may show it. */
export type WrittenContent = Readonly<{ header: RecordHeader; stored: Promise<unknown> }>;

/** Encrypts one version's content under a fresh key, begins to store ciphertext and key, and completes the header. */
export async function writeContent(
  { store, keys }: Options,
  recordId: string,
  version: number,
  draft: HeaderDraft,
  content: Uint8Array,
): Promise<WrittenContent> {
  const key = generateContentKey();
  const ciphertext = encryptContent(content, key, { recordId, version });
  const cid = await contentIdOf(ciphertext);
  const stored = Promise.all([store.put(ciphertext), keys.store(recordId, version, cid, key)]).finally(() =>
    key.fill(0),
  );
  stored.catch(() => {}); // told to whoever waits for it
  const sha256 = createHash('sha256').update(ciphertext).digest('hex');
  return { header: { ...draft, content: { cid, sha256, sizeBucket: sizeBucket(ciphertext.length) } }, stored };
}
