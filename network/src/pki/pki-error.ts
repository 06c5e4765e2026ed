export const PKI_ERROR_CODES = [
  'MQ_PKI_MISSING',
  'MQ_PKI_DAMAGED',
  'MQ_PKI_ENVIRONMENT',
  'MQ_PKI_UNKNOWN_NODE',
  'MQ_PKI_UNKNOWN_CERTIFICATE',
] as const;
export type PkiErrorCode = (typeof PKI_ERROR_CODES)[number];

/** Key material that is absent, of the wrong environment, or not of this authority. Never carries a key. */
export class PkiError extends Error {
  override readonly name = 'PkiError';
  readonly code: PkiErrorCode;
  constructor(code: PkiErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
