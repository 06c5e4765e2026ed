/**
 * Encrypted keystore: one content key, wrapped for passphrases (argon2id) and passkeys (WebAuthn prf). Source: keystore.md.
 */
import { argon2idAsync } from '@noble/hashes/argon2.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ByteReader } from '../encoding/byte-reader.ts';
import { concatBytes, equalBytes, i2osp, lp, utf8 } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { DecodingError } from '../errors/decoding-error.ts';
import { type RandomSource, systemRandom } from '../random/random-source.ts';
import { AES_KEY_BYTES, GCM_NONCE_BYTES, GCM_TAG_BYTES, nobleAesGcm } from '../symmetric/aes-gcm.ts';

export const KEYSTORE_MAX_SLOTS = 8;
export const KEYSTORE_MAX_CONTENT_BYTES = 65_536;
export const KEYSTORE_MAX_BYTES = 75_000;
export const PASSPHRASE_MIN_BYTES = 8;
export const PASSPHRASE_MAX_BYTES = 1024;
export const CREDENTIAL_ID_MAX_BYTES = 1023;
export const PRF_BYTES = 32;
/** Bounds of a slot's cost: below is too cheap to guess, above a file could stall its reader. Memory in KiB. */
export const ARGON2_MIN = { memoryKiB: 19_456, passes: 1, lanes: 1 } as const;
export const ARGON2_MAX = { memoryKiB: 262_144, passes: 10, lanes: 16 } as const;
/** RFC 9106 section 4, second recommended option. */
export const ARGON2_DEFAULT: Argon2Cost = { memoryKiB: 65_536, passes: 3, lanes: 4 };

const MAGIC = utf8('MQW1');
const KIND_PASSPHRASE = 1;
const KIND_PASSKEY = 2;
const SALT_BYTES = 16;
const WRAPPED_BYTES = AES_KEY_BYTES + GCM_TAG_BYTES;

export type Argon2Cost = Readonly<{ memoryKiB: number; passes: number; lanes: number }>;

/** The `prf` extension of WebAuthn Level 3: a secret function of the authenticator, 32 bytes in, 32 bytes out. */
export interface PasskeyPort {
  evaluatePrf(credentialId: Uint8Array, prfInput: Uint8Array): Promise<Uint8Array>;
}

/** What opens a keystore. */
export type KeystoreSecret =
  | Readonly<{ kind: 'passphrase'; passphrase: string }>
  | Readonly<{ kind: 'passkey'; credentialId: Uint8Array; passkey: PasskeyPort }>;

/** What a slot is made from; `cost` is {@link ARGON2_DEFAULT} unless given. */
export type KeystoreLock = KeystoreSecret & Readonly<{ cost?: Argon2Cost }>;

type Slot = Readonly<{ kind: number; header: Uint8Array; salt: Uint8Array; wrapped: Uint8Array }> &
  Readonly<{ cost?: Argon2Cost; credentialId?: Uint8Array }>;
type Keystore = Readonly<{ slots: readonly Slot[]; preamble: Uint8Array; nonce: Uint8Array; sealed: Uint8Array }>;

/**
 * Seals 1 to 65,536 bytes of content under 1 to 8 locks, with a fresh content key.
 * @throws CryptoError MQ_CRYPTO_LIMIT, MQ_CRYPTO_ARGUMENT for content, locks, passphrase, cost or passkey out of range
 */
export async function sealKeystore(
  content: Uint8Array,
  locks: readonly KeystoreLock[],
  random: RandomSource = systemRandom,
): Promise<Uint8Array> {
  checkContent(content);
  checkSlotCount(locks.length);
  const contentKey = random.bytes(AES_KEY_BYTES);
  const slots: Uint8Array[] = [];
  for (const lock of locks) slots.push(await makeSlot(lock, contentKey, random));
  return assemble(slots, contentKey, content, random);
}

/**
 * The content of a keystore.
 * @throws DecodingError for bytes that are no keystore; CryptoError MQ_CRYPTO_CREDENTIAL where no slot opens with this secret,
 *   MQ_CRYPTO_PROOF where the content is not authentic
 */
export async function openKeystore(bytes: Uint8Array, secret: KeystoreSecret): Promise<Uint8Array> {
  const { content, contentKey } = await unlock(decodeKeystore(bytes), secret);
  contentKey.fill(0);
  return content;
}

/** Adds a lock to a keystore that `secret` opens. Throws as {@link openKeystore} and {@link sealKeystore}. */
export async function addKeystoreSlot(
  bytes: Uint8Array,
  secret: KeystoreSecret,
  lock: KeystoreLock,
  random: RandomSource = systemRandom,
): Promise<Uint8Array> {
  const keystore = decodeKeystore(bytes);
  checkSlotCount(keystore.slots.length + 1);
  const { content, contentKey } = await unlock(keystore, secret);
  const added = await makeSlot(lock, contentKey, random);
  return assemble([...keystore.slots.map(encodeSlot), added], contentKey, content, random);
}

/** Removes the slot at a position (from 0) of a keystore that `secret` opens; the last slot stays. */
export async function removeKeystoreSlot(
  bytes: Uint8Array,
  secret: KeystoreSecret,
  position: number,
  random: RandomSource = systemRandom,
): Promise<Uint8Array> {
  const keystore = decodeKeystore(bytes);
  const left = keystore.slots.filter((_, at) => at !== position);
  if (left.length === keystore.slots.length) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'there is no such slot');
  checkSlotCount(left.length);
  const { content, contentKey } = await unlock(keystore, secret);
  return assemble(left.map(encodeSlot), contentKey, content, random);
}

/** The kinds of a keystore's slots in order, with the credential of a passkey: what a wallet offers to open it with. */
export function keystoreSlots(
  bytes: Uint8Array,
): readonly ({ kind: 'passphrase' } | { kind: 'passkey'; credentialId: Uint8Array })[] {
  return decodeKeystore(bytes).slots.map(({ credentialId }) =>
    credentialId === undefined ? { kind: 'passphrase' } : { kind: 'passkey', credentialId },
  );
}

async function unlock(keystore: Keystore, secret: KeystoreSecret) {
  for (const slot of keystore.slots) {
    const ikm = await inputKey(slot, secret);
    if (ikm === undefined) continue;
    const { key, nonce } = wrappingKey(slot, ikm);
    const contentKey = nobleAesGcm.open(key, nonce, concatBytes(MAGIC, slot.header), slot.wrapped);
    if (contentKey === undefined) continue;
    const content = nobleAesGcm.open(contentKey, keystore.nonce, keystore.preamble, keystore.sealed);
    if (content === undefined) throw new CryptoError('MQ_CRYPTO_PROOF', 'keystore content is not authentic');
    return { content, contentKey };
  }
  throw new CryptoError('MQ_CRYPTO_CREDENTIAL', 'no slot of the keystore opens with this secret');
}

/** Input key of a slot from a secret of its kind; undefined for a secret that is not meant for it. */
async function inputKey({ kind, salt, cost, credentialId }: Slot, secret: KeystoreSecret) {
  if (secret.kind === 'passphrase') {
    return kind === KIND_PASSPHRASE && cost ? stretch(secret.passphrase, salt, cost) : undefined;
  }
  if (credentialId === undefined || !equalBytes(credentialId, secret.credentialId)) return undefined;
  return evaluatePrf(secret.passkey, credentialId, salt);
}

async function makeSlot(lock: KeystoreLock, contentKey: Uint8Array, random: RandomSource): Promise<Uint8Array> {
  const slot = lock.kind === 'passphrase' ? newPassphraseSlot(lock.cost, random) : newPasskeySlot(lock, random);
  const ikm = await inputKey(slot, lock);
  if (ikm === undefined) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'lock cannot be made');
  const { key, nonce } = wrappingKey(slot, ikm);
  return encodeSlot({ ...slot, wrapped: nobleAesGcm.seal(key, nonce, concatBytes(MAGIC, slot.header), contentKey) });
}

function newPassphraseSlot(cost: Argon2Cost = ARGON2_DEFAULT, random: RandomSource): Slot {
  if (!isAllowedCost(cost)) throw new CryptoError('MQ_CRYPTO_LIMIT', 'argon2id cost is out of range');
  const salt = random.bytes(SALT_BYTES);
  const fields = concatBytes(i2osp(cost.memoryKiB, 4), i2osp(cost.passes, 4), i2osp(cost.lanes, 1), salt);
  return { kind: KIND_PASSPHRASE, header: slotHeader(KIND_PASSPHRASE, fields), salt, wrapped: new Uint8Array(), cost };
}

function newPasskeySlot({ credentialId }: { credentialId: Uint8Array }, random: RandomSource): Slot {
  if (!isCredentialId(credentialId)) throw new CryptoError('MQ_CRYPTO_LIMIT', 'credential id is out of range');
  const salt = random.bytes(PRF_BYTES);
  const fields = concatBytes(i2osp(credentialId.length, 2), credentialId, salt);
  return {
    kind: KIND_PASSKEY,
    header: slotHeader(KIND_PASSKEY, fields),
    salt,
    wrapped: new Uint8Array(),
    credentialId,
  };
}

async function stretch(passphrase: string, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const password = utf8(passphrase.normalize('NFC'));
  if (password.length < PASSPHRASE_MIN_BYTES || password.length > PASSPHRASE_MAX_BYTES) {
    throw new CryptoError(
      'MQ_CRYPTO_LIMIT',
      `a passphrase has ${PASSPHRASE_MIN_BYTES} to ${PASSPHRASE_MAX_BYTES} bytes`,
    );
  }
  return argon2idAsync(password, salt, { m: cost.memoryKiB, t: cost.passes, p: cost.lanes, dkLen: 32 });
}

async function evaluatePrf(passkey: PasskeyPort, credentialId: Uint8Array, prfInput: Uint8Array): Promise<Uint8Array> {
  const output = await passkey.evaluatePrf(credentialId, prfInput);
  if (output.length !== PRF_BYTES) throw new CryptoError('MQ_CRYPTO_ARGUMENT', 'passkey output is not 32 bytes');
  return output;
}

function wrappingKey({ kind, salt }: Slot, ikm: Uint8Array) {
  const info = concatBytes(lp('MEDQUORUM-V1-KEYSTORE-KEK'), i2osp(kind, 1));
  const okm = hkdf(sha256, ikm, salt, info, AES_KEY_BYTES + GCM_NONCE_BYTES);
  return { key: okm.slice(0, AES_KEY_BYTES), nonce: okm.slice(AES_KEY_BYTES) };
}

function assemble(
  slots: readonly Uint8Array[],
  contentKey: Uint8Array,
  content: Uint8Array,
  random: RandomSource,
): Uint8Array {
  const preamble = concatBytes(MAGIC, i2osp(slots.length, 1), ...slots);
  const nonce = random.bytes(GCM_NONCE_BYTES);
  const sealed = nobleAesGcm.seal(contentKey, nonce, preamble, content);
  contentKey.fill(0);
  return concatBytes(preamble, nonce, sealed);
}

const slotHeader = (kind: number, fields: Uint8Array): Uint8Array =>
  concatBytes(i2osp(kind, 1), i2osp(fields.length + WRAPPED_BYTES, 2), fields);

const encodeSlot = ({ header, wrapped }: Slot): Uint8Array => concatBytes(header, wrapped);

function decodeKeystore(bytes: Uint8Array): Keystore {
  if (bytes.length > KEYSTORE_MAX_BYTES) throw new DecodingError('MQ_CRYPTO_LIMIT', 'keystore is too long');
  const reader = new ByteReader(bytes);
  reader.expect(MAGIC, 'magic', 'MQ_CRYPTO_MAGIC');
  const count = reader.uint(1, 'number of slots');
  if (count < 1 || count > KEYSTORE_MAX_SLOTS) throw new DecodingError('MQ_CRYPTO_LIMIT', 'number of slots');
  const slots = Array.from({ length: count }, () => decodeSlot(reader));
  const preamble = concatBytes(MAGIC, i2osp(count, 1), ...slots.map(encodeSlot));
  const nonce = reader.take(GCM_NONCE_BYTES, 'nonce');
  const sealed = reader.take(bytes.length - preamble.length - GCM_NONCE_BYTES, 'content');
  const contentBytes = sealed.length - GCM_TAG_BYTES;
  if (contentBytes < 1 || contentBytes > KEYSTORE_MAX_CONTENT_BYTES) {
    throw new DecodingError('MQ_CRYPTO_LENGTH', 'content is empty or too long');
  }
  return { slots, preamble, nonce, sealed };
}

function decodeSlot(reader: ByteReader): Slot {
  const kind = reader.uint(1, 'kind');
  const body = reader.take(reader.uint(2, 'slot length'), 'slot');
  const fields = new ByteReader(body);
  const slot = kind === KIND_PASSPHRASE ? decodePassphrase(fields) : decodePasskey(fields, kind);
  const wrapped = fields.take(WRAPPED_BYTES, 'wrapped key');
  fields.end();
  return { ...slot, kind, header: slotHeader(kind, body.subarray(0, body.length - WRAPPED_BYTES)), wrapped };
}

function decodePassphrase(fields: ByteReader) {
  const cost = {
    memoryKiB: fields.uint(4, 'memory'),
    passes: fields.uint(4, 'passes'),
    lanes: fields.uint(1, 'lanes'),
  };
  if (!isAllowedCost(cost)) throw new DecodingError('MQ_CRYPTO_LIMIT', 'argon2id cost is out of range');
  return { cost, salt: fields.take(SALT_BYTES, 'salt') };
}

function decodePasskey(fields: ByteReader, kind: number) {
  if (kind !== KIND_PASSKEY) throw new DecodingError('MQ_CRYPTO_FORMAT', 'unknown kind of slot');
  const credentialId = fields.take(fields.uint(2, 'credential length'), 'credential id');
  if (!isCredentialId(credentialId)) throw new DecodingError('MQ_CRYPTO_LIMIT', 'credential id is out of range');
  return { credentialId, salt: fields.take(PRF_BYTES, 'prf input') };
}

const isCredentialId = ({ length }: Uint8Array): boolean => length >= 1 && length <= CREDENTIAL_ID_MAX_BYTES;

const isAllowedCost = (cost: Argon2Cost): boolean =>
  (['memoryKiB', 'passes', 'lanes'] as const).every(
    (name) => Number.isSafeInteger(cost[name]) && cost[name] >= ARGON2_MIN[name] && cost[name] <= ARGON2_MAX[name],
  );

function checkContent({ length }: Uint8Array): void {
  if (length < 1 || length > KEYSTORE_MAX_CONTENT_BYTES) {
    throw new CryptoError('MQ_CRYPTO_LIMIT', `content is not 1 to ${KEYSTORE_MAX_CONTENT_BYTES} bytes`);
  }
}

function checkSlotCount(count: number): void {
  if (count < 1 || count > KEYSTORE_MAX_SLOTS) {
    throw new CryptoError('MQ_CRYPTO_LIMIT', `a keystore has 1 to ${KEYSTORE_MAX_SLOTS} slots`);
  }
}
