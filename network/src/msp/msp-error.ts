export const MSP_ERROR_CODES = ['MQ_MSP_CONFIG', 'MQ_MSP_UNKNOWN', 'MQ_IDENTITY_MALFORMED'] as const;
export type MspErrorCode = (typeof MSP_ERROR_CODES)[number];

/** A refused MSP configuration or a serialised identity that belongs to no known organisation. */
export class MspError extends Error {
  override readonly name = 'MspError';
  readonly code: MspErrorCode;
  constructor(code: MspErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
