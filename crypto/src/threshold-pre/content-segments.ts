/**
 * Streaming encryption of content of any size in authenticated segments. Source: content-segments.md, names as there.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader } from '../encoding/byte-reader.ts';
import { ByteSource, type ByteStream, inParts } from '../encoding/byte-stream.ts';
import { concatBytes, equalBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { type Aes256Gcm, GCM_TAG_BYTES, nobleAesGcm } from '../symmetric/aes-gcm.ts';
import { type ContentScope, DATA_KEY_BYTES, versionOctets } from './wrapped-key.ts';

export const CONTENT_HEADER_BYTES = 72;
export const DEFAULT_SEGMENT_BYTES = 65_536;
export const MIN_SEGMENT_BYTES = 1024;
export const MAX_SEGMENT_BYTES = 4_194_304;
export const MAX_SEGMENTS = 2 ** 32;
const MAGIC = utf8('MQC1');
const SALT_BYTES = 32;
const COMMITMENT_BYTES = 32;
const EMPTY = new Uint8Array();

export type ContentOptions = Readonly<{ segmentBytes?: number; random?: RandomSource; aes?: Aes256Gcm }>;

/**
 * Header and segments, as they are made: one segment is held in memory.
 * @param dataKey 32 bytes, fresh for the record version
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a key or segment size out of range, MQ_CRYPTO_LIMIT beyond 2^32 segments
 */
export async function* encryptContent(
  dataKey: Uint8Array,
  scope: ContentScope,
  plaintext: ByteStream,
  { segmentBytes = DEFAULT_SEGMENT_BYTES, random = systemRandom, aes = nobleAesGcm }: ContentOptions = {},
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void> {
  if (!isSegmentSize(segmentBytes)) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'segment size is not allowed');
  const salt = random.bytes(SALT_BYTES);
  const { key, commitment } = contentKey(dataKey, scope, salt, segmentBytes);
  try {
    yield concatBytes(MAGIC, i2osp(segmentBytes, 4), salt, commitment);
    let i = 0;
    for await (const { part, last } of inParts(plaintext, segmentBytes)) {
      yield aes.seal(key, segmentNonce(i++, last), EMPTY, part);
    }
  } finally {
    key.fill(0);
  }
}

/**
 * The plaintext, segment by segment. Each is authentic when it comes; that nothing is missing is known when the iteration
 * ends without an error, and callers discard what they have otherwise.
 * @throws DecodingError for a malformed header or a length that no content has; CryptoError MQ_CRYPTO_CREDENTIAL for a wrong
 *   data key or context, MQ_CRYPTO_PROOF for a segment that is changed, moved, missing or not the last one
 */
export async function* decryptContent(
  dataKey: Uint8Array,
  scope: ContentScope,
  ciphertext: ByteStream,
  { aes = nobleAesGcm }: Pick<ContentOptions, 'aes'> = {},
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void> {
  const source = new ByteSource(ciphertext);
  const header = decodeContentHeader(await source.upTo(CONTENT_HEADER_BYTES));
  const { key, commitment } = contentKey(dataKey, scope, header.salt, header.segmentBytes);
  try {
    if (!equalBytes(commitment, header.commitment)) {
      throw new CryptoError('MQ_CRYPTO_CREDENTIAL', 'content is of another key or context');
    }
    let i = 0;
    for await (const { part, last } of inParts(source.rest(), header.segmentBytes + GCM_TAG_BYTES)) {
      // an empty segment stands only for an empty content: a second encoding of the same bytes is refused
      const shortest = i === 0 ? GCM_TAG_BYTES : GCM_TAG_BYTES + 1;
      if (part.length < shortest) throw new DecodingError('MQ_CRYPTO_LENGTH', 'content ends inside a segment');
      const opened = aes.open(key, segmentNonce(i, last), EMPTY, part);
      if (opened === undefined) throw new CryptoError('MQ_CRYPTO_PROOF', `segment ${i} is not authentic at its place`);
      i++;
      yield opened;
    }
  } finally {
    key.fill(0);
  }
}

/** @throws DecodingError */
export function decodeContentHeader(header: Uint8Array) {
  const reader = new ByteReader(header);
  reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');
  const segmentBytes = reader.uint(4, 'segment size');
  if (!isSegmentSize(segmentBytes)) throw new DecodingError('MQ_CRYPTO_LIMIT', 'segment size is not allowed');
  const [salt, commitment] = [reader.take(SALT_BYTES, 'salt'), reader.take(COMMITMENT_BYTES, 'commitment')];
  reader.end();
  return { segmentBytes, salt, commitment };
}

/** Bytes of the ciphertext of `length` bytes of content (section 5). */
export function contentCiphertextBytes(length: number, segmentBytes = DEFAULT_SEGMENT_BYTES): number {
  return CONTENT_HEADER_BYTES + length + GCM_TAG_BYTES * Math.max(1, Math.ceil(length / segmentBytes));
}

function contentKey(dataKey: Uint8Array, scope: ContentScope, salt: Uint8Array, segmentBytes: number) {
  if (dataKey.length !== DATA_KEY_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'data key is not 32 bytes');
  const info = concatBytes(
    lp('MEDQUORUM-V1-CONTENT'),
    lp(scope.channel),
    lp(scope.label),
    lp(scope.recordId),
    versionOctets(scope.version),
    i2osp(segmentBytes, 4),
  );
  const okm = hkdf(sha256, dataKey, salt, info, 64);
  return { key: okm.slice(0, 32), commitment: okm.slice(32) };
}

function segmentNonce(i: number, last: boolean): Uint8Array {
  if (i >= MAX_SEGMENTS) throw new CryptoError('MQ_CRYPTO_LIMIT', 'content has more than 2^32 segments');
  return concatBytes(i2osp(i, 11), Uint8Array.of(last ? 1 : 0));
}

const isSegmentSize = (size: number): boolean =>
  Number.isSafeInteger(size) && size >= MIN_SEGMENT_BYTES && size <= MAX_SEGMENT_BYTES && (size & (size - 1)) === 0;
