/**
 * Failures of the gateway itself. The chaincode's codes come from the ledger and keep their names; together they are
 * every code that a client of the REST interface can meet. Codes are part of the API: never renamed, never reused.
 */
export const GATEWAY_ERROR_CODES = [
  'MQ_AUTH_FORBIDDEN',
  'MQ_AUTH_REQUIRED',
  'MQ_AUTH_TOKEN_EXPIRED',
  'MQ_AUTH_TOKEN_INVALID',
  'MQ_ACCESS_DENIED',
  'MQ_ACCOUNT_EXISTS',
  'MQ_CONFIGURATION_NOT_AGREED',
  'MQ_CONFIG_INVALID',
  'MQ_CONTENT_CORRUPT',
  'MQ_CONTENT_NOT_FOUND',
  'MQ_CREDENTIALS_INVALID',
  'MQ_HTTP_BODY_TOO_LARGE',
  'MQ_HTTP_INPUT_INVALID',
  'MQ_HTTP_MEDIA_TYPE',
  'MQ_HTTP_NOT_FOUND',
  'MQ_HTTP_TOO_MANY_REQUESTS',
  'MQ_IDEMPOTENCY_KEY_REUSED',
  'MQ_INTERNAL',
  'MQ_KEY_NOT_HELD',
  'MQ_LEDGER_CONFLICT',
  'MQ_LEDGER_REFUSED',
  'MQ_LEDGER_UNAVAILABLE',
  'MQ_MRN_TAKEN',
  'MQ_OPERATION_NOT_FOUND',
  'MQ_OPERATION_PENDING',
  'MQ_PATIENT_UNKNOWN',
  'MQ_QUEUE_FULL',
  'MQ_READ_MODEL_BEHIND',
  'MQ_RECORD_UNKNOWN',
  'MQ_RELEASE_REFUSED',
  'MQ_RELEASE_UNAVAILABLE',
  'MQ_STATE_NOT_TRUSTED',
] as const;

export type GatewayErrorCode = (typeof GATEWAY_ERROR_CODES)[number];

/** A failure the caller can act on. The message holds identifiers at most, never names, content, keys or tokens. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: GatewayErrorCode;
  /** What a caller may read beside the message, such as `operationId` or the reasons of a refusal. */
  readonly extra: Readonly<Record<string, unknown>>;
  constructor(
    code: GatewayErrorCode,
    message: string,
    options: ErrorOptions & Readonly<{ extra?: Readonly<Record<string, unknown>> }> = {},
  ) {
    super(`${code}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.extra = options.extra ?? {};
  }
}
