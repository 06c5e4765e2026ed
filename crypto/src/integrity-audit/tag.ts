/** Tags: one homomorphic authenticator per block. Source: integrity-audit.md sections 5 and 6, names as there. */
import type { Bls12381, G1Point, Scalar } from '../arithmetic/arithmetic.ts';
import { Fr } from '../arithmetic/scalar.ts';
import { type ByteStream, inParts } from '../encoding/byte-stream.ts';
import { os2ip } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { sectorBases } from './bases.ts';
import { basesOf, blindSectors, blockBytes, placePoint, sectorsOf } from './block.ts';
import {
  checkedManifest,
  encodeManifest,
  type FileSecrets,
  isSanitisable,
  type Manifest,
  manifestHash,
} from './manifest.ts';

export const TAG_BYTES = 48;
/** Blocks verified together: what is held in memory while a stream of them is checked. */
export const TAG_BATCH_BLOCKS = 128;
const WEIGHT_BYTES = 16;

/** Block i with its tag; `sectors` are blinded where the block is sanitisable and not yet masked. */
export type TaggedBlock = Readonly<{ index: number; sectors: readonly Scalar[]; tag: Uint8Array }>;
export type TaggedStream = AsyncIterable<TaggedBlock> | Iterable<TaggedBlock>;

/**
 * `tau_i = sk_ID * (H_i * prod_j u[j]^m*[i][j])^rr`. The product is variable in time over the sectors, which are what
 * the provider and the sanitiser get: ciphertext, blinded, or not to be hidden from them.
 * @param key `sk_ID`, 48 bytes
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for an index or number of sectors outside the manifest; DecodingError for the key
 */
export function tagBlock(
  arithmetic: Bls12381,
  manifest: Manifest,
  key: Uint8Array,
  rr: Scalar,
  index: number,
  sectors: readonly Scalar[],
): Uint8Array {
  checkBlock(manifest, index, sectors);
  return tagWith(arithmetic, manifest, manifestHash(manifest), arithmetic.G1.decode(key, 'key'), rr, index, sectors);
}

/**
 * Tags a file of any size as it streams by; one block is held in memory. Sanitisable blocks come out blinded.
 * @param file exactly `manifest.length` bytes, in chunks of any sizes
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a manifest that breaks a rule, or a stream of another length
 */
export async function* tagFile(
  arithmetic: Bls12381,
  manifest: Manifest,
  key: Uint8Array,
  { rr, bk }: Pick<FileSecrets, 'rr' | 'bk'>,
  file: ByteStream,
): AsyncGenerator<TaggedBlock, void> {
  const mh = manifestHash(manifest);
  const skID = arithmetic.G1.decode(key, 'key');
  let index = 0;
  let length = 0;
  for await (const { part } of inParts(file, blockBytes(manifest))) {
    length += part.length;
    if (length > manifest.length) break;
    const plain = sectorsOf(manifest, part);
    const sectors = isSanitisable(manifest, index) ? blindSectors(mh, bk, index, plain) : plain;
    yield { index, sectors, tag: tagWith(arithmetic, manifest, mh, skID, rr, index, sectors) };
    index++;
  }
  if (length !== manifest.length)
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'file is not as long as its manifest says');
}

/** TagVerify: `e(tau_i,P2) = e(H_ID,Ppub) * e(H_i * prod u[j]^m*[i][j], R)`. False for anything malformed. */
export function verifyTag(
  arithmetic: Bls12381,
  manifest: Manifest,
  Ppub: Uint8Array,
  { index, sectors, tag }: TaggedBlock,
): boolean {
  const { G1, G2 } = arithmetic;
  const checked = checkedManifest(arithmetic, manifest);
  if (checked === undefined || !isBlock(manifest, index, sectors)) return false;
  const decoded = decodedOrUndefined(() => ({ tau: G1.decode(tag, 'tag'), Ppub: G2.decode(Ppub, 'Ppub') }));
  if (decoded === undefined) return false;
  const content = G1.multiPow(basesOf(arithmetic, manifest, index), sectors);
  return arithmetic.pairingProductIsOne([
    [decoded.tau, G2.generator],
    [G1.inv(checked.H_ID), decoded.Ppub],
    [G1.inv(G1.mul(placePoint(arithmetic, checked.mh, manifest, index), content)), checked.R],
  ]);
}

/**
 * Whether a stream holds every block of the file once, in order, each with a right tag: what a sanitiser and a storage
 * provider check before they acknowledge. Blocks are weighted with random 128-bit numbers and checked 128 at a time.
 */
export async function verifyTags(
  arithmetic: Bls12381,
  manifest: Manifest,
  Ppub: Uint8Array,
  blocks: TaggedStream,
  random: RandomSource = systemRandom,
): Promise<boolean> {
  const checked = checkedManifest(arithmetic, manifest);
  const decodedPpub = decodedOrUndefined(() => arithmetic.G2.decode(Ppub, 'Ppub'));
  if (checked === undefined || decodedPpub === undefined) return false;
  const holds = ({ tau, places, weights, fix, san }: Batch) => {
    const { G1, G2 } = arithmetic;
    const content = [...sectorBases(arithmetic, 'fix', manifest.s), ...sectorBases(arithmetic, 'san', manifest.s)];
    const X = G1.multiPow([...places, ...content], [...weights, ...fix, ...san]);
    const sum = weights.reduce((total, weight) => Fr.add(total, weight), 0n);
    return arithmetic.pairingProductIsOne([
      [G1.multiPow(tau, weights), G2.generator],
      [G1.inv(G1.pow(checked.H_ID, sum)), decodedPpub],
      [G1.inv(X), checked.R],
    ]);
  };
  let batch = newBatch(manifest);
  let next = 0;
  for await (const { index, sectors, tag } of blocks) {
    if (index !== next++ || !isBlock(manifest, index, sectors)) return false;
    const tau = decodedOrUndefined(() => arithmetic.G1.decode(tag, 'tag'));
    if (tau === undefined) return false;
    const weight = os2ip(random.bytes(WEIGHT_BYTES));
    batch.tau.push(tau);
    batch.places.push(placePoint(arithmetic, checked.mh, manifest, index));
    batch.weights.push(weight);
    const sums = isSanitisable(manifest, index) ? batch.san : batch.fix;
    sectors.forEach((m, j) => {
      sums[j] = Fr.add(sums[j] as Scalar, Fr.mul(weight, m));
    });
    if (batch.tau.length === TAG_BATCH_BLOCKS) {
      if (!holds(batch)) return false;
      batch = newBatch(manifest);
    }
  }
  return next === manifest.n && (batch.tau.length === 0 || holds(batch));
}

type Batch = Readonly<{ tau: G1Point[]; places: G1Point[]; weights: Scalar[]; fix: Scalar[]; san: Scalar[] }>;

const newBatch = ({ s }: Manifest): Batch => ({
  tau: [],
  places: [],
  weights: [],
  fix: Array.from({ length: s }, () => 0n),
  san: Array.from({ length: s }, () => 0n),
});

function tagWith(
  arithmetic: Bls12381,
  manifest: Manifest,
  mh: Uint8Array,
  skID: G1Point,
  rr: Scalar,
  index: number,
  sectors: readonly Scalar[],
): Uint8Array {
  const { G1 } = arithmetic;
  const content = G1.multiPow(basesOf(arithmetic, manifest, index), sectors);
  const signed = G1.mul(placePoint(arithmetic, mh, manifest, index), content);
  return G1.encode(G1.mul(skID, G1.pow(signed, rr)));
}

const isBlock = ({ n, s }: Manifest, index: number, sectors: readonly Scalar[]): boolean =>
  Number.isSafeInteger(index) && index >= 0 && index < n && sectors.length === s;

function checkBlock(manifest: Manifest, index: number, sectors: readonly Scalar[]): void {
  encodeManifest(manifest);
  if (!isBlock(manifest, index, sectors)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'not a block of this manifest');
}
