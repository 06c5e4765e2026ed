/** Codes are part of the API: never renamed, never reused. */
export const CRYPTO_ERROR_CODES = [
  // decoding: which check the bytes failed
  'MQ_CRYPTO_LENGTH',
  'MQ_CRYPTO_MAGIC',
  'MQ_CRYPTO_SCALAR',
  'MQ_CRYPTO_POINT',
  'MQ_CRYPTO_SUBGROUP',
  'MQ_CRYPTO_IDENTITY',
  'MQ_CRYPTO_FORMAT',
  'MQ_CRYPTO_LIMIT',
  // operations of a holder of secrets, which fail closed
  'MQ_CRYPTO_ARGUMENT',
  'MQ_CRYPTO_POLICY_UNSATISFIED',
  'MQ_CRYPTO_CREDENTIAL',
  'MQ_CRYPTO_REGISTRY',
  'MQ_CRYPTO_PROOF',
  'MQ_CRYPTO_RANDOM',
  // texts and signed intents
  'MQ_BASE64URL',
  'MQ_JSON_SYNTAX',
  'MQ_JSON_NOT_CANONICAL',
  'MQ_JSON_TYPE',
  'MQ_JSON_DEPTH',
  'MQ_JSON_STRING',
  'MQ_JSON_NUMBER',
  'MQ_INTENT_INVALID',
] as const;
export type CryptoErrorCode = (typeof CRYPTO_ERROR_CODES)[number];

/** An expected failure of this library. The message names the check and the field, never a secret or a record. */
export class CryptoError extends Error {
  override readonly name: string = 'CryptoError';
  readonly code: CryptoErrorCode;
  constructor(code: CryptoErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
