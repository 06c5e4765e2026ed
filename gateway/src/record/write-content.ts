import { createHash } from 'node:crypto';
import { type RecordHeader, sizeBucket } from '@medquorum/chaincode/record/record-header';
import { encryptContent, generateContentKey } from '../content/content-encryption.ts';
import type { ContentStore } from '../content/content-store.ts';
import type { ContentKeys } from './content-keys.ts';

/** What the caller says of a record; where its ciphertext is, is added here. */
export type HeaderDraft = Omit<RecordHeader, 'content'>;

type Options = Readonly<{ store: ContentStore; keys: ContentKeys }>;

/** Encrypts one version's content under a fresh key, stores ciphertext and key, and completes the header. */
export async function writeContent(
  { store, keys }: Options,
  recordId: string,
  version: number,
  draft: HeaderDraft,
  content: Uint8Array,
): Promise<RecordHeader> {
  const key = generateContentKey();
  const ciphertext = encryptContent(content, key, { recordId, version });
  const [cid] = await Promise.all([store.put(ciphertext), keys.store(recordId, version, key)]);
  key.fill(0);
  const sha256 = createHash('sha256').update(ciphertext).digest('hex');
  return { ...draft, content: { cid, sha256, sizeBucket: sizeBucket(ciphertext.length) } };
}
