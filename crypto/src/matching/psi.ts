/**
 * Size of the intersection of two private sets of coded symptoms: DH-PSI-cardinality over ristretto255, semi-honest.
 * Only A, who starts, learns the number. Source: matching-and-dedup.md part 2; limits in its section 2.3.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import {
  decodePoint,
  encodePoint,
  hashToGroup,
  mul,
  RISTRETTO_POINT_BYTES,
  type RistrettoPoint,
  type RistrettoScalar,
  randomScalarL,
} from '../arithmetic/ristretto255.ts';
import { ByteReader } from '../encoding/byte-reader.ts';
import { bytesToHex, compareBytes, concatBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';

/** Padded sizes of a list: all that the other side learns about the number of items. */
export const PSI_SIZES = [16, 32, 64, 128] as const;
export const PSI_MAX_ITEMS = 128;
export const PSI_NONCE_BYTES = 16;
export const PSI_SESSION_BYTES = 32;
/** Longest system or code, in UTF-8 bytes. */
export const PSI_MAX_TEXT_BYTES = 1024;

const DST = 'MEDQUORUM-V1-PSI-ristretto255_XMD:SHA-512_R255MAP_RO_';
const MAGIC_1 = utf8('MQS1');
const MAGIC_2 = utf8('MQS2');
const DUMMY_BYTES = 32;

/** A coded symptom, for example `icd-10`, `R51`; normalised by the terminology service before it comes here. */
export type PsiItem = Readonly<{ system: string; code: string }>;

export type PsiSession = Readonly<{
  channel: string;
  consentA: string;
  consentB: string;
  /** 16 bytes each, fresh. */
  nonceA: Uint8Array;
  nonceB: Uint8Array;
}>;

/** What A keeps between the messages: use once, then drop. */
export type PsiInitiator = Readonly<{ a: RistrettoScalar; message1: Uint8Array }>;

/**
 * `sid`, 32 bytes: binds both consents and both nonces; one use.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for a nonce of another length
 */
export function psiSessionId({ channel, consentA, consentB, nonceA, nonceB }: PsiSession): Uint8Array {
  if (nonceA.length !== PSI_NONCE_BYTES || nonceB.length !== PSI_NONCE_BYTES) {
    throw new CryptoError('MQ_CRYPTO_ARGUMENT', `a session nonce is not ${PSI_NONCE_BYTES} bytes`);
  }
  return sha256(
    concatBytes(lp('MEDQUORUM-V1-PSI-SESSION'), lp(channel), lp(consentA), lp(consentB), lp(nonceA), lp(nonceB)),
  );
}

/**
 * First message, by A: `"MQS1" || sid || I2OSP(N1,2) || sorted { a*P }`.
 * @throws CryptoError MQ_CRYPTO_ARGUMENT for repeated or overlong items, MQ_CRYPTO_LIMIT beyond 128 items
 */
export function psiRound1(
  sid: Uint8Array,
  items: readonly PsiItem[],
  random: RandomSource = systemRandom,
): PsiInitiator {
  checkItems(items);
  const a = randomScalarL(random);
  const masked = maskedList(a, paddedSet(sid, 'A', items, random));
  return { a, message1: concatBytes(MAGIC_1, checkedSid(sid), masked) };
}

/**
 * Answer, by B: `"MQS2" || sid || SHA-256(m1) || I2OSP(N1,2) || sorted { b*X } || I2OSP(N2,2) || sorted { b*P }`.
 * The exponent b is drawn here and forgotten.
 * @throws DecodingError for a first message that is malformed or of another session; as {@link psiRound1} for the items
 */
export function psiRound2(
  sid: Uint8Array,
  items: readonly PsiItem[],
  message1: Uint8Array,
  random: RandomSource = systemRandom,
): Uint8Array {
  checkItems(items);
  const X = decodePsiMessage1(sid, message1);
  const b = randomScalarL(random);
  const own = paddedSet(sid, 'B', items, random);
  return concatBytes(MAGIC_2, checkedSid(sid), sha256(message1), maskedList(b, X), maskedList(b, own));
}

/**
 * By A: how many items both sides have, 0 to 128.
 * @throws DecodingError for an answer that is malformed, of another session, or to another first message
 */
export function psiFinish(sid: Uint8Array, { a, message1 }: PsiInitiator, message2: Uint8Array): number {
  const { first, own } = decodePsiMessage2(sid, message1, message2);
  const doublyMasked = new Set(first.map((X) => bytesToHex(X)));
  return own.filter((Y) => doublyMasked.has(bytesToHex(encodePoint(mul(a, Y))))).length;
}

/**
 * Checks magic, session, count, order and length, all before the first group operation.
 * @throws DecodingError
 */
export function decodePsiMessage1(sid: Uint8Array, message1: Uint8Array): RistrettoPoint[] {
  const reader = new ByteReader(message1);
  reader.expect(MAGIC_1, 'magic', 'MQ_CRYPTO_MAGIC');
  reader.expect(checkedSid(sid), 'session');
  const list = readEncodedList(reader);
  reader.end();
  return list.map((X) => decodePoint(X, 'element'));
}

/**
 * The doubly masked list, encoded, and B's own masked list.
 * @throws DecodingError
 */
export function decodePsiMessage2(
  sid: Uint8Array,
  message1: Uint8Array,
  message2: Uint8Array,
): { first: Uint8Array[]; own: RistrettoPoint[] } {
  const reader = new ByteReader(message2);
  reader.expect(MAGIC_2, 'magic', 'MQ_CRYPTO_MAGIC');
  reader.expect(checkedSid(sid), 'session');
  reader.expect(sha256(message1), 'hash of the first message');
  const first = readEncodedList(reader);
  // the size that A itself sent stands after magic and sid of its own message
  if (first.length !== sizeOf(message1)) throw new DecodingError('MQ_CRYPTO_FORMAT', 'first list has another size');
  const second = readEncodedList(reader);
  reader.end();
  for (const X of first) decodePoint(X, 'element');
  return { first, own: second.map((Y) => decodePoint(Y, 'element')) };
}

function sizeOf(message1: Uint8Array): number {
  const at = MAGIC_1.length + PSI_SESSION_BYTES;
  return ((message1[at] ?? 0) << 8) | (message1[at + 1] ?? 0);
}

function checkedSid(sid: Uint8Array): Uint8Array {
  if (sid.length !== PSI_SESSION_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'sid is not 32 bytes');
  return sid;
}

function checkItems(items: readonly PsiItem[]): void {
  if (items.length > PSI_MAX_ITEMS) throw new CryptoError('MQ_CRYPTO_LIMIT', `more than ${PSI_MAX_ITEMS} items`);
  const seen = new Set<string>();
  for (const { system, code } of items) {
    const [systemBytes, codeBytes] = [utf8(system), utf8(code)];
    if (Math.max(systemBytes.length, codeBytes.length) > PSI_MAX_TEXT_BYTES) {
      throw new CryptoError('MQ_CRYPTO_LIMIT', `a system or code is longer than ${PSI_MAX_TEXT_BYTES} bytes`);
    }
    seen.add(bytesToHex(concatBytes(lp(systemBytes), lp(codeBytes))));
  }
  if (seen.size !== items.length) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'an item is repeated');
}

/** Points of the items, filled up with dummies that match nothing. */
function paddedSet(
  sid: Uint8Array,
  role: 'A' | 'B',
  items: readonly PsiItem[],
  random: RandomSource,
): RistrettoPoint[] {
  const size = PSI_SIZES.find((candidate) => items.length <= candidate) ?? PSI_MAX_ITEMS;
  const points = items.map(({ system, code }) =>
    hashToGroup(concatBytes(Uint8Array.of(0), lp(sid), lp(system), lp(code)), DST),
  );
  while (points.length < size) {
    points.push(hashToGroup(concatBytes(Uint8Array.of(1), lp(sid), lp(role), lp(random.bytes(DUMMY_BYTES))), DST));
  }
  return points;
}

/** `I2OSP(N,2) || sorted { k*P }`; sorting takes the place of a shuffle, since masked elements look random. */
function maskedList(k: RistrettoScalar, points: readonly RistrettoPoint[]): Uint8Array {
  const encoded = points.map((P) => encodePoint(mul(k, P))).sort(compareBytes);
  return concatBytes(i2osp(encoded.length, 2), ...encoded);
}

/** A list: allowed count, elements strictly ascending; the points themselves are decoded later. */
function readEncodedList(reader: ByteReader): Uint8Array[] {
  const count = reader.uint(2, 'count');
  if (!PSI_SIZES.some((size) => size === count)) throw new DecodingError('MQ_CRYPTO_LIMIT', 'count is not allowed');
  const list = reader.takeEach(count, RISTRETTO_POINT_BYTES, 'elements');
  const ascending = list.every((X, i) => i === 0 || compareBytes(list[i - 1] as Uint8Array, X) < 0);
  if (!ascending) throw new DecodingError('MQ_CRYPTO_FORMAT', 'elements are not strictly ascending');
  return list;
}
