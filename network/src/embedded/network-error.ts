export const NETWORK_ERROR_CODES = ['MQ_NETWORK_OPTIONS', 'MQ_NETWORK_PRODUCTION', 'MQ_NETWORK_PORT'] as const;
export type NetworkErrorCode = (typeof NETWORK_ERROR_CODES)[number];

/** Why an embedded network does not start. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly code: NetworkErrorCode;
  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
