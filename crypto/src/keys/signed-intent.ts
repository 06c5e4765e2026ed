/**
 * Signed intents: what a person or an organisation wants done, signed by its own key, carried by any gateway.
 * Signed bytes: UTF-8 of `MQ-INTENT-v1\n` followed by the canonical JSON of the intent. Specified in signed-intent.md.
 */
import { base64urlDecode, base64urlEncode } from '../encoding/base64url.ts';
import { canonicalJson, type JsonValue } from '../encoding/canonical-json.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { orUndefined } from '../errors/or-undefined.ts';
import { type Ed25519Equation, signEd25519, verifyEd25519 } from './ed25519.ts';

export const INTENT_VERSION = 1;
export const INTENT_PREFIX = 'MQ-INTENT-v1\n';
export const MAX_INTENT_NAME_CHARS = 128;
export const MAX_INTENT_AUTHOR_ID_CHARS = 256;
export const MAX_INTENT_BYTES = 1 << 20;
export const MAX_KEY_GENERATION = 0xffff_ffff;

export type IntentAuthorKind = 'patient' | 'practitioner' | 'organization';
export type IntentAuthor = Readonly<{ kind: IntentAuthorKind; id: string; keyGeneration: number }>;

export type Intent = Readonly<{
  v: typeof INTENT_VERSION;
  channel: string;
  chaincode: string;
  contract: string;
  function: string;
  args: JsonValue;
  author: IntentAuthor;
  /** SHA-256, lower-case hex, of the head this intent replaces; absent where there is none yet. */
  headDigest?: string;
  /** 1 to 64 of `A-Z a-z 0-9 _ -`, unique per author until `notAfter`. */
  nonce: string;
  /** RFC 3339, UTC, milliseconds: `2026-11-21T10:00:00.000Z`. */
  notAfter: string;
}>;

/** Where and when an intent is about to be carried out. */
export type IntentUse = Readonly<{
  channel: string;
  chaincode: string;
  contract: string;
  function: string;
  timeMs: number;
}>;

export type IntentMismatch =
  | 'MQ_INTENT_CHANNEL'
  | 'MQ_INTENT_CHAINCODE'
  | 'MQ_INTENT_CONTRACT'
  | 'MQ_INTENT_FUNCTION'
  | 'MQ_INTENT_EXPIRED';

/** base64url of 64 and 32 bytes. */
const SIGNATURE_CHARS = 86;
const PUBLIC_KEY_CHARS = 43;
const NAME = /^[\x21-\x7e]+$/;
const NONCE = /^[A-Za-z0-9_-]{1,64}$/;
const HEAD_DIGEST = /^[0-9a-f]{64}$/;
const NOT_AFTER = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const REQUIRED = ['v', 'channel', 'chaincode', 'contract', 'function', 'args', 'author', 'nonce', 'notAfter'];
const AUTHOR_KINDS: readonly unknown[] = ['patient', 'practitioner', 'organization'] satisfies IntentAuthorKind[];

/**
 * The intent in `value`, with nothing added and nothing missing.
 *
 * @throws CryptoError `MQ_INTENT_INVALID` naming the member at fault (never its content), or an error of
 *   `canonicalJson` for arguments that have no canonical form
 */
export function parseIntent(value: unknown): Intent {
  intentBytes(value as Intent);
  return value as Intent;
}

/**
 * The bytes that are signed.
 *
 * @throws as {@link parseIntent}
 */
export function intentBytes(intent: Intent): Uint8Array {
  checkIntent(intent);
  const bytes = new TextEncoder().encode(INTENT_PREFIX + canonicalJson(intent));
  if (bytes.length > MAX_INTENT_BYTES) throw invalid('size');
  return bytes;
}

/**
 * @param seed the author's Ed25519 seed, 32 bytes
 * @returns the signature, base64url without padding (86 characters)
 * @throws as {@link parseIntent}
 */
export function signIntent(intent: Intent, seed: Uint8Array): string {
  return base64urlEncode(signEd25519(intentBytes(intent), seed));
}

/**
 * Whether `signature` is the author's over this intent. False for anything malformed: callers that must say why
 * call {@link parseIntent} first. Does not look at time, channel or function: see {@link intentMismatch}.
 *
 * @param publicKey base64url of the raw 32 bytes, from the registry entry of `author` and its key generation
 */
export function verifyIntent(
  intent: Intent,
  signature: string,
  publicKey: string,
  equation?: Ed25519Equation,
): boolean {
  if (signature.length !== SIGNATURE_CHARS || publicKey.length !== PUBLIC_KEY_CHARS) return false;
  const decoded = orUndefined(() => ({
    message: intentBytes(intent),
    signature: base64urlDecode(signature),
    publicKey: base64urlDecode(publicKey),
  }));
  if (decoded === undefined) return false;
  return verifyEd25519(decoded.signature, decoded.message, decoded.publicKey, equation);
}

/** The first way in which a (validly signed) intent does not fit its use, or undefined when it does. */
export function intentMismatch(intent: Intent, use: IntentUse): IntentMismatch | undefined {
  if (intent.channel !== use.channel) return 'MQ_INTENT_CHANNEL';
  if (intent.chaincode !== use.chaincode) return 'MQ_INTENT_CHAINCODE';
  if (intent.contract !== use.contract) return 'MQ_INTENT_CONTRACT';
  if (intent.function !== use.function) return 'MQ_INTENT_FUNCTION';
  // Written so that a time that is not a number counts as expired.
  return use.timeMs <= Date.parse(intent.notAfter) ? undefined : 'MQ_INTENT_EXPIRED';
}

function checkIntent(intent: unknown): asserts intent is Intent {
  if (!isRecord(intent)) throw invalid('intent');
  for (const member of REQUIRED) {
    if (!Object.hasOwn(intent, member)) throw invalid(member);
  }
  for (const member of Object.keys(intent)) {
    if (!REQUIRED.includes(member) && member !== 'headDigest') throw invalid('unknown member');
  }
  if (intent.v !== INTENT_VERSION) throw invalid('v');
  for (const member of ['channel', 'chaincode', 'contract', 'function']) {
    if (!isName(intent[member], MAX_INTENT_NAME_CHARS)) throw invalid(member);
  }
  checkAuthor(intent.author);
  if (Object.hasOwn(intent, 'headDigest') && !matches(HEAD_DIGEST, intent.headDigest)) throw invalid('headDigest');
  if (!matches(NONCE, intent.nonce)) throw invalid('nonce');
  if (!isInstant(intent.notAfter)) throw invalid('notAfter');
}

function checkAuthor(author: unknown): void {
  if (!isRecord(author) || Object.keys(author).length !== 3) throw invalid('author');
  if (!AUTHOR_KINDS.includes(author.kind)) throw invalid('author.kind');
  if (!isName(author.id, MAX_INTENT_AUTHOR_ID_CHARS)) throw invalid('author.id');
  const { keyGeneration } = author;
  if (!Number.isSafeInteger(keyGeneration)) throw invalid('author.keyGeneration');
  if ((keyGeneration as number) < 0 || (keyGeneration as number) > MAX_KEY_GENERATION) {
    throw invalid('author.keyGeneration');
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown, maxChars: number): boolean {
  return matches(NAME, value) && (value as string).length <= maxChars;
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

/** The calendar is checked as well as the form: 30 February has the form, but is no instant. */
function isInstant(value: unknown): boolean {
  if (!matches(NOT_AFTER, value)) return false;
  const timeMs = Date.parse(value as string);
  return Number.isFinite(timeMs) && new Date(timeMs).toISOString() === value;
}

function invalid(member: string): CryptoError {
  return new CryptoError('MQ_INTENT_INVALID', `intent: ${member}`);
}
