export type OperationErrorCode =
  | 'MQ_OPERATION_NO_KEYS'
  | 'MQ_OPERATION_NO_ORDERER'
  | 'MQ_OPERATION_TIMEOUT'
  | 'MQ_OPERATION_REFUSED'
  | 'MQ_FIRST_BLOCK_EXISTS'
  | 'MQ_FIRST_BLOCK_UNREADABLE'
  | 'MQ_FIRST_BLOCK_REFUSED'
  | 'MQ_GOVERNANCE_NO_CHANGE'
  | 'MQ_GOVERNANCE_STALE'
  | 'MQ_GOVERNANCE_UNREADABLE'
  | 'MQ_GOVERNANCE_NOT_ENOUGH'
  | 'MQ_BACKUP_DAMAGED'
  | 'MQ_RESTORE_NOT_EMPTY';

/** Operators' work that cannot be done as asked; the message says what to do instead. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationErrorCode;
  constructor(code: OperationErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
