export const ADMIN_ERROR_CODES = [
  'MQ_ADMIN_BODY',
  'MQ_ADMIN_FOREIGN',
  'MQ_ADMIN_METHOD',
  'MQ_ADMIN_ROUTE',
  'MQ_ADMIN_TOO_LARGE',
] as const;
export type AdminErrorCode = (typeof ADMIN_ERROR_CODES)[number];

/** A request that the administration service refuses. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly code: AdminErrorCode;
  constructor(code: AdminErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}
