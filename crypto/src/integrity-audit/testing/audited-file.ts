import type { Bls12381 } from '../../arithmetic/arithmetic.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { deal, shareFor } from '../../threshold-bls/distributed-key.ts';
import { keysInG2 } from '../../threshold-bls/key-suite.ts';
import { blockOf } from '../block.ts';
import { combineKeyShares, type IdentityKeyShare, issueKeyShare } from '../identity-key.ts';
import { makeManifest, newFileSecrets, signManifest } from '../manifest.ts';
import type { StoredFile } from '../proof.ts';
import { sanitiseFile, transformationValues } from '../sanitise.ts';
import { type TaggedBlock, tagFile } from '../tag.ts';

export const IDENTITY = { channel: 'ehr', identity: 'north/dr.chen/2026-11' };

/** A 2-of-3 master key, and the identity key of a person. */
export function keyAuthorities(arithmetic: Bls12381, label = 'master', of = IDENTITY) {
  const dealt = deal(keysInG2(arithmetic), 2, seededRandom(`audit/${label}`));
  const shares = [1, 2, 3].map(
    (index): IdentityKeyShare => ({ index, d: issueKeyShare(arithmetic, of, shareFor(dealt.polynomial, index)) }),
  );
  const commitments = dealt.contribution.commitments;
  const key = combineKeyShares(arithmetic, shares.slice(0, 2));
  return { shares, commitments, Ppub: commitments[0] as Uint8Array, key };
}

export type FileOptions = Partial<{
  version: number;
  mode: 'ct' | 'st';
  s: number;
  sanitisable: readonly number[];
  fileId: string;
  label: string;
}>;

/** A file tagged by its owner, in memory, with everything that the parties hold. */
export async function auditedFile(
  arithmetic: Bls12381,
  key: Uint8Array,
  content: Uint8Array,
  { version = 1, mode = 'st', s = 2, sanitisable = [], fileId = 'rec-9', label = 'file' }: FileOptions = {},
) {
  const secrets = newFileSecrets(seededRandom(`audit/${label}/${version}`));
  const description = { ...IDENTITY, fileId, version, mode, s, length: content.length };
  const manifest = makeManifest(arithmetic, description, sanitisable, secrets);
  const blocks = await all(tagFile(arithmetic, manifest, key, secrets, [content]));
  const betas = transformationValues(arithmetic, manifest, secrets);
  const signature = signManifest(arithmetic, manifest, key, secrets.q);
  const masked = await all(sanitiseFile(arithmetic, manifest, blocks, betas));
  return { manifest, signature, secrets, blocks, betas, masked };
}

/** What a provider stores of blocks without blinding. */
export function stored(blocks: readonly TaggedBlock[]): StoredFile & { bytes: Uint8Array[]; tags: Uint8Array[] } {
  const bytes = blocks.map(({ sectors }) => blockOf(sectors));
  const tags = blocks.map(({ tag }) => tag);
  return { bytes, tags, block: (i) => bytes[i] as Uint8Array, tag: (i) => tags[i] as Uint8Array };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
