/** Vector operations of integrity-audit.md, section 13. */
import { decodeScalar, encodeScalar } from '../arithmetic/scalar.ts';
import { bytesToHex, i2osp } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { publicShare } from '../threshold-bls/distributed-key.ts';
import { keysInG2 } from '../threshold-bls/key-suite.ts';
import { testRng } from '../vectors/test-rng.ts';
import type { VectorFields } from '../vectors/vector-fields.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { type BaseFamily, identityPoint, sectorBases } from './bases.ts';
import { blindSectors } from './block.ts';
import { challenge, challengeSeed, sampleSize } from './challenge.ts';
import { combineKeyShares, verifyIdentityKey, verifyKeyShare } from './identity-key.ts';
import {
  encodeManifest,
  type Manifest,
  type ManifestMode,
  manifestHash,
  newFileSecrets,
  signManifest,
  verifyManifest,
} from './manifest.ts';
import { prove, verifyBatch, verifyProof } from './proof.ts';
import { sanitiseBlock, verifyTransformationValue } from './sanitise.ts';
import { tagBlock, verifyTag } from './tag.ts';

const identity = (input: VectorFields) => ({ channel: input.text('channel'), identity: input.text('identity') });
const sectors = (input: VectorFields) => input.byteStrings('sectors').map((sector) => decodeScalar(sector));

function manifest(input: VectorFields): Manifest {
  const fields = input.object('manifest');
  return {
    ...identity(fields),
    fileId: fields.text('fileId'),
    version: fields.integer('version'),
    mode: fields.text('mode') as ManifestMode,
    n: fields.integer('n'),
    s: fields.integer('s'),
    length: fields.integer('length'),
    bitmap: fields.bytes('bitmap'),
    R: fields.bytes('R'),
  };
}

export const INTEGRITY_AUDIT_VECTORS: VectorSet = {
  spec: 'integrity-audit.md',
  arithmetic: 'bls12-381',
  operations: {
    base(input, { arithmetic }) {
      const index = input.integer('index');
      const bases = sectorBases(arithmetic, input.text('family') as BaseFamily, index + 1);
      return { point: arithmetic.G1.encode(bases[index] as never) };
    },
    identityPoint: (input, { arithmetic }) => ({
      point: arithmetic.G1.encode(identityPoint(arithmetic, input.text('channel'), input.text('identity'))),
    }),
    publicShare: (input, { arithmetic }) => ({
      Pi: publicShare(keysInG2(arithmetic), input.byteStrings('commitments'), input.integer('index')),
    }),
    keyShareVerify: (input, { arithmetic }) => ({
      valid: verifyKeyShare(arithmetic, identity(input), { d: input.bytes('d') }, input.bytes('Pi')),
    }),
    keyCombine(input, { arithmetic }) {
      const shares = input.objects('shares').map((share) => ({ index: share.integer('index'), d: share.bytes('d') }));
      return { key: combineKeyShares(arithmetic, shares) };
    },
    keyVerify: (input, { arithmetic }) => ({
      valid: verifyIdentityKey(arithmetic, identity(input), input.bytes('key'), input.bytes('Ppub')),
    }),
    manifest: (input) => ({ octets: encodeManifest(manifest(input)), hash: manifestHash(manifest(input)) }),
    manifestSign(input, { arithmetic }) {
      const { q } = newFileSecrets(testRng(input.bytes('seed'), input.text('label')));
      return { signature: signManifest(arithmetic, manifest(input), input.bytes('key'), q) };
    },
    manifestVerify: (input, { arithmetic }) => ({
      valid: verifyManifest(arithmetic, manifest(input), input.bytes('Ppub'), input.bytes('signature')),
    }),
    blind(input) {
      const mh = manifestHash(manifest(input));
      const blinded = blindSectors(mh, input.bytes('blindKey'), input.integer('index'), sectors(input));
      return { sectors: blinded.map(encodeScalar) };
    },
    tag(input, { arithmetic }) {
      const [key, rr] = [input.bytes('key'), decodeScalar(input.bytes('r'))];
      return { tag: tagBlock(arithmetic, manifest(input), key, rr, input.integer('index'), sectors(input)) };
    },
    tagVerify(input, { arithmetic }) {
      const block = { index: input.integer('index'), sectors: sectors(input), tag: input.bytes('tag') };
      return { valid: verifyTag(arithmetic, manifest(input), input.bytes('Ppub'), block) };
    },
    betaVerify: (input, { arithmetic }) => ({
      valid: verifyTransformationValue(arithmetic, manifest(input), input.integer('index'), input.bytes('beta')),
    }),
    sanitise(input, { arithmetic }) {
      const block = { index: input.integer('index'), sectors: sectors(input), tag: input.bytes('tag') };
      try {
        const masked = sanitiseBlock(arithmetic, manifest(input), block, input.byteStrings('betas'));
        return { valid: true, sectors: masked.sectors.map(encodeScalar), tag: masked.tag };
      } catch (error) {
        if (error instanceof CryptoError) return { valid: false };
        throw error;
      }
    },
    challengeSeed: (input) => ({
      seed: challengeSeed(input.text('channel'), input.text('auditId'), input.bytes('beacon')),
    }),
    challenge(input) {
      const blocks = challenge(
        input.bytes('seed'),
        input.bytes('manifestHash'),
        input.integer('n'),
        input.integer('c'),
      );
      return { challenge: blocks.map(({ index, v }) => ({ index, v: bytesToHex(i2osp(v, 16)) })) };
    },
    async prove(input, { arithmetic }) {
      const [blocks, tags] = [input.byteStrings('blocks'), input.byteStrings('tags')];
      const file = { block: (i: number) => blocks[i] as Uint8Array, tag: (i: number) => tags[i] as Uint8Array };
      return { proof: await prove(arithmetic, manifest(input), query(input), file) };
    },
    verifyProof(input, { arithmetic }) {
      const [Ppub, strict, proof] = [input.bytes('Ppub'), input.boolean('strict'), input.bytes('proof')];
      return { valid: verifyProof(arithmetic, manifest(input), Ppub, query(input), strict, proof) };
    },
    verifyBatch(input, { arithmetic }) {
      const files = input
        .objects('files')
        .map((file) => ({ manifest: manifest(file), c: file.integer('c'), proof: file.bytes('proof') }));
      return { valid: verifyBatch(arithmetic, input.bytes('Ppub'), input.bytes('seed'), files) };
    },
    sampleSize: (input) => ({
      ...sampleSize(input.integer('n'), input.integer('corrupted'), input.text('confidence')),
    }),
  },
};

const query = (input: VectorFields) => ({ seed: input.bytes('seed'), c: input.integer('c') });
