/**
 * Canonical JSON (RFC 8785, "JCS") over the values that need no number formatting rules: numbers are safe integers.
 * One value has exactly one text, so that bytes can be signed and hashed and two endorsers write the same state.
 */
import { CryptoError } from '../errors/crypto-error.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Nesting of arrays and objects; deeper values are refused before the call stack is at risk. */
export const MAX_JSON_DEPTH = 64;

/**
 * The canonical text of `value`: keys sorted by UTF-16 code units, no whitespace, strings escaped as in RFC 8785
 * section 3.2.2.2. Narrower than the RFC, so that nothing is lost or rounded in silence.
 *
 * @throws CryptoError `MQ_JSON_NUMBER` for a number that is not a safe integer, `MQ_JSON_STRING` for a lone surrogate,
 *   `MQ_JSON_DEPTH` beyond {@link MAX_JSON_DEPTH} (a cycle ends here too), `MQ_JSON_TYPE` for whatever JSON does not
 *   have: undefined (also as a member or an array hole), functions, symbols, bigints, instances of classes
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/**
 * Reads text that must already be canonical.
 *
 * @throws CryptoError `MQ_JSON_SYNTAX` for text that is not JSON, `MQ_JSON_NOT_CANONICAL` for another spelling of the
 *   value (whitespace, key order, repeated keys, escapes), and the errors of {@link canonicalJson}
 */
export function parseCanonicalJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new CryptoError('MQ_JSON_SYNTAX', 'the text is not JSON', { cause });
  }
  if (canonicalJson(value) !== text) {
    throw new CryptoError('MQ_JSON_NOT_CANONICAL', 'the text is not the canonical form of its value');
  }
  return value;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return writeInteger(value);
    case 'object':
      return value === null ? 'null' : writeContainer(value, depth + 1);
    default:
      throw new CryptoError('MQ_JSON_TYPE', `JSON has no ${typeof value}`);
  }
}

function writeContainer(value: object, depth: number): string {
  if (depth > MAX_JSON_DEPTH) {
    throw new CryptoError('MQ_JSON_DEPTH', `nested deeper than ${MAX_JSON_DEPTH}`);
  }
  return Array.isArray(value) ? writeArray(value, depth) : writeObject(value as Record<string, unknown>, depth);
}

/** By index, so that a hole is met as undefined, and refused. */
function writeArray(items: readonly unknown[], depth: number): string {
  let text = '';
  for (let i = 0; i < items.length; i += 1) text += `${i === 0 ? '' : ','}${write(items[i], depth)}`;
  return `[${text}]`;
}

function writeObject(value: Readonly<Record<string, unknown>>, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The name rather than the identity: objects of another realm (a test context, an iframe) are plain objects too.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new CryptoError('MQ_JSON_TYPE', 'an instance of a class is not a JSON value');
  }
  let text = '';
  // The order of sort() without a comparator is that of UTF-16 code units, as section 3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    text += `${text === '' ? '' : ','}${writeString(key)}:${write(value[key], depth)}`;
  }
  return `{${text}}`;
}

/** What is escaped (section 3.2.2.2), and surrogates, which may stand alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NOT_PLAIN = /[\u0000-\u001f"\\\ud800-\udfff]/;

function writeString(value: string): string {
  if (!NOT_PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) {
    throw new CryptoError('MQ_JSON_STRING', 'a string has a lone surrogate, which UTF-8 cannot carry');
  }
  return JSON.stringify(value);
}

function writeInteger(value: number): string {
  if (!Number.isSafeInteger(value)) {
    throw new CryptoError('MQ_JSON_NUMBER', 'a number is not a safe integer');
  }
  return String(value); // -0 becomes 0, as in section 3.2.2.3
}
