/** Manifests: what a signed file consists of. Source: integrity-audit.md section 4, names as there. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Bls12381, G1Point, Scalar } from '../arithmetic/arithmetic.ts';
import { randomScalar } from '../arithmetic/scalar.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError, decodedOrUndefined } from '../errors/decoding-error.ts';
import { orUndefined } from '../errors/or-undefined.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { auditDst, identityPoint, MAX_IDENTITY_BYTES, MAX_SECTORS } from './bases.ts';

export const SECTOR_BYTES = 31;
export const MAX_BLOCKS = 1_000_000;
export const MANIFEST_SIGNATURE_BYTES = 144;
/** Longest channel or file id, in bytes; the source leaves both open. */
export const MAX_NAME_BYTES = 1024;
const MAX_COUNTER = Number.MAX_SAFE_INTEGER;
const R_BYTES = 96;
const DOMAIN = 'MEDQUORUM-V1-AUDIT-MANIFEST';

/** `ct`: blocks are ciphertext, none sanitisable. `st`: text with sanitisable blocks. */
export type ManifestMode = 'ct' | 'st';
const MODES = ['ct', 'st'] as const; // encoded as 1 and 2

export type Manifest = Readonly<{
  channel: string;
  identity: string;
  fileId: string;
  version: number;
  mode: ManifestMode;
  /** Number of blocks: `ceil(length / (31 s))`, 1 to 1,000,000. */
  n: number;
  /** Sectors per block, 1 to 64. */
  s: number;
  /** Bytes of the file before padding, from 1. */
  length: number;
  /** Bit `i mod 8` (least significant first) of byte `i div 8`: block i is sanitisable. */
  bitmap: Uint8Array;
  /** `P2^rr`, 96 bytes, new for every version. */
  R: Uint8Array;
}>;

/** Secrets of one version of a file. After tagging, rr and q are dropped; bk stays with the owner, to read blinded blocks. */
export type FileSecrets = Readonly<{ rr: Scalar; q: Scalar; bk: Uint8Array }>;

/** Fresh secrets; never used for a second version. */
export const newFileSecrets = (random: RandomSource = systemRandom): FileSecrets => ({
  rr: randomScalar(random),
  q: randomScalar(random),
  bk: random.bytes(32),
});

/**
 * The manifest of a file about to be tagged.
 * @param sanitisable indices of blocks that may be masked; only in mode `st`
 * @throws CryptoError MQ_CRYPTO_ARGUMENT where a rule of section 4 is broken
 */
export function makeManifest(
  { G2 }: Bls12381,
  file: Omit<Manifest, 'n' | 'bitmap' | 'R'>,
  sanitisable: readonly number[],
  { rr }: Pick<FileSecrets, 'rr'>,
): Manifest {
  const n = Math.ceil(file.length / (SECTOR_BYTES * file.s));
  const bitmap = new Uint8Array(Math.ceil(Math.min(n, MAX_BLOCKS) / 8));
  for (const i of sanitisable) {
    if (!Number.isSafeInteger(i) || i < 0 || i >= n) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'no such block');
    bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
  }
  const manifest = { ...file, n, bitmap, R: G2.encode(G2.pow(G2.generator, rr)) };
  encodeManifest(manifest);
  return manifest;
}

/** Whether block i may be masked. */
export const isSanitisable = ({ bitmap }: Pick<Manifest, 'bitmap'>, i: number): boolean =>
  (((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;

/**
 * Octets of a manifest.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT naming the rule of section 4 that is broken; R is decoded by those who use it
 */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const broken = brokenRule(manifest);
  if (broken !== undefined) throw new CryptoError('MQ_CRYPTO_ARGUMENT', `manifest: ${broken}`);
  const { channel, identity, fileId, version, mode, n, s, length, bitmap, R } = manifest;
  return concatBytes(
    lp(DOMAIN),
    lp(channel),
    lp(identity),
    lp(fileId),
    i2osp(version, 8),
    i2osp(MODES.indexOf(mode) + 1, 1),
    i2osp(n, 4),
    i2osp(s, 2),
    i2osp(length, 8),
    lp(bitmap),
    R,
  );
}

/**
 * Reads the octets of a manifest.
 * @throws DecodingError
 */
export function decodeManifest(octets: Uint8Array): Manifest {
  const reader = new ByteReader(octets);
  reader.expect(lp(DOMAIN), 'domain', 'MQ_CRYPTO_MAGIC');
  const [channel, identity, fileId] = [readText(reader), readText(reader), readText(reader)];
  const version = readCounter(reader);
  const mode = MODES[reader.uint(1, 'mode') - 1];
  if (mode === undefined) throw new DecodingError('MQ_CRYPTO_FORMAT', 'mode');
  const [n, s, length] = [reader.uint(4, 'n'), reader.uint(2, 's'), readCounter(reader)];
  const bitmap = reader.take(reader.uint(4, 'length of bitmap'), 'bitmap');
  const R = reader.take(R_BYTES, 'R');
  reader.end();
  const manifest = { channel, identity, fileId, version, mode, n, s, length, bitmap, R };
  const broken = brokenRule(manifest);
  if (broken !== undefined) throw new DecodingError('MQ_CRYPTO_FORMAT', `manifest: ${broken}`);
  return manifest;
}

/** `mh`. Throws as {@link encodeManifest}. */
export const manifestHash = (manifest: Manifest): Uint8Array => sha256(encodeManifest(manifest));

/** A manifest with its derived values, as every scheme operation needs it; undefined for one that breaks a rule. */
export function checkedManifest(arithmetic: Bls12381, manifest: Manifest) {
  return orUndefined(() => {
    const octets = encodeManifest(manifest);
    const H_ID = identityPoint(arithmetic, manifest.channel, manifest.identity);
    return { octets, mh: sha256(octets), H_ID, R: arithmetic.G2.decode(manifest.R, 'R') };
  });
}

/** Manifest signature `S || sigma`, 144 bytes: `S = P2^q`, `sigma = sk_ID * HashG1(lp(manifest) || S)^q`. */
export function signManifest({ G1, G2 }: Bls12381, manifest: Manifest, key: Uint8Array, q: Scalar): Uint8Array {
  const S = G2.encode(G2.pow(G2.generator, q));
  const H = signedPoint(G1, encodeManifest(manifest), S);
  return concatBytes(S, G1.encode(G1.mul(G1.decode(key, 'key'), G1.pow(H, q))));
}

/** ManifestVerify: well formed, and `e(sigma,P2) = e(H_ID,Ppub) * e(HashG1(lp(manifest)||S), S)`. */
export function verifyManifest(
  arithmetic: Bls12381,
  manifest: Manifest,
  Ppub: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { G1, G2 } = arithmetic;
  if (signature.length !== MANIFEST_SIGNATURE_BYTES) return false;
  const checked = checkedManifest(arithmetic, manifest);
  const decoded = decodedOrUndefined(() => ({
    S: G2.decode(signature.subarray(0, 96), 'S'),
    sigma: G1.decode(signature.subarray(96), 'sigma'),
    Ppub: G2.decode(Ppub, 'Ppub'),
  }));
  if (checked === undefined || decoded === undefined) return false;
  const H = signedPoint(G1, checked.octets, signature.subarray(0, 96));
  return arithmetic.pairingProductIsOne([
    [decoded.sigma, G2.generator],
    [G1.inv(checked.H_ID), decoded.Ppub],
    [G1.inv(H), decoded.S],
  ]);
}

const signedPoint = (G1: Bls12381['G1'], octets: Uint8Array, S: Uint8Array): G1Point =>
  G1.hashToCurve(concatBytes(lp(octets), S), auditDst('MSIG'));

function brokenRule({ channel, identity, fileId, version, mode, n, s, length, bitmap, R }: Manifest) {
  const isCount = (value: number, max: number) => Number.isSafeInteger(value) && value >= 1 && value <= max;
  const bytesOf = (text: string) => (text.isWellFormed() ? utf8(text).length : Number.POSITIVE_INFINITY);
  if (bytesOf(channel) > MAX_NAME_BYTES || bytesOf(fileId) > MAX_NAME_BYTES) return 'channel or fileId';
  if (!isCount(bytesOf(identity), MAX_IDENTITY_BYTES)) return 'identity';
  if (!Number.isSafeInteger(version) || version < 0) return 'version';
  if (!MODES.includes(mode)) return 'mode';
  if (!isCount(s, MAX_SECTORS)) return 's';
  if (!isCount(length, MAX_COUNTER)) return 'length';
  if (!isCount(n, MAX_BLOCKS) || n !== Math.ceil(length / (SECTOR_BYTES * s))) return 'n';
  if (bitmap.length !== Math.ceil(n / 8)) return 'length of bitmap';
  if (n % 8 !== 0 && (bitmap.at(-1) ?? 0) >> (n % 8) !== 0) return 'unused bits of bitmap';
  if (mode === 'ct' && bitmap.some((byte) => byte !== 0)) return 'bitmap in mode ct';
  if (R.length !== R_BYTES) return 'R';
  return undefined;
}

function readText(reader: ByteReader): string {
  const length = reader.uint(4, 'length of text');
  if (length > MAX_NAME_BYTES) throw new DecodingError('MQ_CRYPTO_LIMIT', 'text is too long');
  const bytes = reader.take(length, 'text');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new DecodingError('MQ_CRYPTO_FORMAT', 'text is not UTF-8', { cause });
  }
}

/** 8 bytes, as far as JavaScript counts exactly. */
function readCounter(reader: ByteReader): number {
  const value = reader.uint(8, 'counter');
  if (value > MAX_COUNTER) throw new DecodingError('MQ_CRYPTO_LIMIT', 'counter is too large');
  return value;
}
