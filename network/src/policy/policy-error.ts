export const POLICY_ERROR_CODES = ['MQ_POLICY_SYNTAX', 'MQ_POLICY_INVALID'] as const;
export type PolicyErrorCode = (typeof POLICY_ERROR_CODES)[number];

/** A policy text or policy message that cannot be used. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  constructor(code: PolicyErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
