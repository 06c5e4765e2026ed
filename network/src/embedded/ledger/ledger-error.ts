/** Codes are part of the API: never renamed, never reused. */
export const LEDGER_ERROR_CODES = [
  'LEDGER_CORRUPT',
  'LEDGER_BLOCK_OUT_OF_ORDER',
  'LEDGER_SNAPSHOT_UNKNOWN',
  'LEDGER_IN_USE',
  'LEDGER_CLOSED',
] as const;
export type LedgerErrorCode = (typeof LEDGER_ERROR_CODES)[number];

/** A ledger failure that its caller can act on. The message holds positions and namespaces, never values. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;
  constructor(code: LedgerErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
