/** The sanitiser: masks declared blocks and transforms their tags. Source: integrity-audit.md section 6, names as there. */
import type { Bls12381, Scalar } from '../arithmetic/arithmetic.ts';
import { Fr } from '../arithmetic/scalar.ts';
import { os2ip } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { decodedOrUndefined } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { sectorBases } from './bases.ts';
import { checkedManifest, type FileSecrets, isSanitisable, type Manifest, verifyManifest } from './manifest.ts';
import { type TaggedBlock, type TaggedStream, verifyTags } from './tag.ts';

/** The one content of a masked sector: 31 bytes of 0x2a. */
export const WILD: Scalar = os2ip(new Uint8Array(31).fill(0x2a));
const WEIGHT_BYTES = 16;

/** `beta_j = u_san[j]^rr`, 48 bytes each, from the owner. The same of a fixed base is never given out. */
export function transformationValues(
  arithmetic: Bls12381,
  { s }: Manifest,
  { rr }: Pick<FileSecrets, 'rr'>,
): Uint8Array[] {
  const { G1 } = arithmetic;
  return sectorBases(arithmetic, 'san', s).map((u) => G1.encode(G1.pow(u, rr)));
}

/** `e(beta_j,P2) = e(u_san[j],R)`. False for anything malformed. */
export function verifyTransformationValue(
  arithmetic: Bls12381,
  manifest: Manifest,
  j: number,
  beta: Uint8Array,
): boolean {
  const { G1, G2 } = arithmetic;
  const checked = checkedManifest(arithmetic, manifest);
  if (checked === undefined || !Number.isSafeInteger(j) || j < 0 || j >= manifest.s) return false;
  const decoded = decodedOrUndefined(() => G1.decode(beta, 'beta'));
  const u = sectorBases(arithmetic, 'san', manifest.s)[j];
  if (decoded === undefined || u === undefined) return false;
  return arithmetic.pairingProductIsOne([
    [decoded, G2.generator],
    [G1.inv(u), checked.R],
  ]);
}

/** What a sanitiser receives. `blocks` may be read once only. */
export type SanitiserInput = Readonly<{
  manifest: Manifest;
  signature: Uint8Array;
  betas: readonly Uint8Array[];
  blocks: TaggedStream;
}>;

/** All checks of section 6 before the sanitiser touches anything: manifest, transformation values (weighted), every tag. */
export async function verifySanitiserInput(
  arithmetic: Bls12381,
  { manifest, signature, betas, blocks }: SanitiserInput,
  Ppub: Uint8Array,
  random: RandomSource = systemRandom,
): Promise<boolean> {
  const { G1, G2 } = arithmetic;
  if (!verifyManifest(arithmetic, manifest, Ppub, signature)) return false;
  const checked = checkedManifest(arithmetic, manifest);
  const decoded = decodedOrUndefined(() => betas.map((beta) => G1.decode(beta, 'beta')));
  if (checked === undefined || decoded === undefined || decoded.length !== manifest.s) return false;
  const weights = decoded.map(() => os2ip(random.bytes(WEIGHT_BYTES)));
  const areTransformations = arithmetic.pairingProductIsOne([
    [G1.multiPow(decoded, weights), G2.generator],
    [G1.inv(G1.multiPow(sectorBases(arithmetic, 'san', manifest.s), weights)), checked.R],
  ]);
  return areTransformations && verifyTags(arithmetic, manifest, Ppub, blocks, random);
}

/**
 * A masked block with its tag: all sectors `WILD`, `tau' = tau * prod_j beta_j^(WILD - m*[i][j])`.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a fixed block or values that do not fit the manifest; DecodingError
 */
export function sanitiseBlock(
  { G1 }: Bls12381,
  manifest: Manifest,
  { index, sectors, tag }: TaggedBlock,
  betas: readonly Uint8Array[],
): TaggedBlock {
  if (index >= manifest.n || !isSanitisable(manifest, index)) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'a fixed block is never sanitised');
  }
  if (sectors.length !== manifest.s || betas.length !== manifest.s) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'sectors or transformation values do not fit the manifest');
  }
  const change = G1.multiPow(
    betas.map((beta) => G1.decode(beta, 'beta')),
    sectors.map((m) => Fr.sub(WILD, m)),
  );
  return { index, sectors: sectors.map(() => WILD), tag: G1.encode(G1.mul(G1.decode(tag, 'tag'), change)) };
}

/** Masks the sanitisable blocks of a verified stream and passes the others on. */
export async function* sanitiseFile(
  arithmetic: Bls12381,
  manifest: Manifest,
  blocks: TaggedStream,
  betas: readonly Uint8Array[],
): AsyncGenerator<TaggedBlock, void> {
  for await (const block of blocks) {
    yield isSanitisable(manifest, block.index) ? sanitiseBlock(arithmetic, manifest, block, betas) : block;
  }
}
