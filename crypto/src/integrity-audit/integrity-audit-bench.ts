import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { encodeScalar, randomScalar } from '../arithmetic/scalar.ts';
import type { BenchCase, BenchSet } from '../bench/bench-set.ts';
import { systemRandom } from '../random/random-source.ts';
import { blockOf } from './block.ts';
import { issueKeyShare, verifyIdentityKey } from './identity-key.ts';
import { type Manifest, makeManifest, newFileSecrets, signManifest, verifyManifest } from './manifest.ts';
import { prove, verifyBatch, verifyProof } from './proof.ts';
import { type TaggedBlock, tagBlock, tagFile, verifyTag } from './tag.ts';

const SECTORS = 64;
const CHALLENGES = [30, 100];
const BATCH_FILES = [2, 8];
const IDENTITY = { channel: 'bench', identity: 'bench' };

/** A file of which only as many blocks are tagged as the largest challenge asks for. */
async function taggedFile(arithmetic: Bls12381, key: Uint8Array, blocks: number) {
  const secrets = newFileSecrets();
  const length = 31 * SECTORS * blocks;
  const file = { ...IDENTITY, fileId: 'bench', version: 1, mode: 'ct', s: SECTORS, length } as const;
  const manifest = makeManifest(arithmetic, file, [], secrets);
  const tagged: TaggedBlock[] = [];
  const content = systemRandom.bytes(length);
  for await (const block of tagFile(arithmetic, manifest, key, secrets, [content])) tagged.push(block);
  return { manifest, secrets, tagged };
}

export const INTEGRITY_AUDIT_BENCHES: BenchSet = {
  scheme: 'integrity-audit',
  arithmetic: 'bls12-381',
  async cases(arithmetic) {
    const { G2 } = arithmetic;
    const master = randomScalar(systemRandom);
    const Ppub = G2.encode(G2.pow(G2.generator, master));
    const key = issueKeyShare(arithmetic, IDENTITY, encodeScalar(master));
    const { manifest, secrets, tagged } = await taggedFile(arithmetic, key, Math.max(...CHALLENGES));
    const [block] = tagged as [TaggedBlock];
    const signature = signManifest(arithmetic, manifest, key, secrets.q);
    const bytes = tagged.map(({ sectors }) => blockOf(sectors));
    const file = { block: (i: number) => bytes[i] as Uint8Array, tag: (i: number) => (tagged[i] as TaggedBlock).tag };
    const seed = systemRandom.bytes(32);
    const proofs = await Promise.all(
      CHALLENGES.map(async (c) => ({ c, proof: await prove(arithmetic, manifest, { seed, c }, file) })),
    );
    const audits = proofs.flatMap(({ c, proof }): BenchCase[] => [
      { operation: 'prove', size: `${c} blocks`, run: () => prove(arithmetic, manifest, { seed, c }, file) },
      {
        operation: 'audit',
        size: `${c} blocks`,
        run: () => verifyProof(arithmetic, manifest, Ppub, { seed, c }, true, proof),
      },
    ]);
    const [small] = proofs as [(typeof proofs)[0]];
    const batches = BATCH_FILES.map((count): BenchCase => {
      const files: { manifest: Manifest; c: number; proof: Uint8Array }[] = Array(count).fill({ manifest, ...small });
      return {
        operation: 'audit batch',
        size: `${count} files of ${small.c} blocks`,
        run: () => verifyBatch(arithmetic, Ppub, seed, files),
      };
    });
    return [
      { operation: 'issue key share', size: '1', run: () => issueKeyShare(arithmetic, IDENTITY, encodeScalar(master)) },
      { operation: 'verify identity key', size: '1', run: () => verifyIdentityKey(arithmetic, IDENTITY, key, Ppub) },
      { operation: 'sign manifest', size: '1', run: () => signManifest(arithmetic, manifest, key, secrets.q) },
      { operation: 'verify manifest', size: '1', run: () => verifyManifest(arithmetic, manifest, Ppub, signature) },
      {
        operation: 'tag',
        size: `block of ${SECTORS} sectors`,
        run: () => tagBlock(arithmetic, manifest, key, secrets.rr, 0, block.sectors),
      },
      {
        operation: 'verify tag',
        size: `block of ${SECTORS} sectors`,
        run: () => verifyTag(arithmetic, manifest, Ppub, block),
      },
      ...audits,
      ...batches,
    ];
  },
};
