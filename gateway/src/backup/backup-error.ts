export type BackupErrorCode = 'MQ_BACKUP_DAMAGED' | 'MQ_BACKUP_NEWER' | 'MQ_RESTORE_NOT_EMPTY' | 'MQ_RESTORE_UNCERTAIN';

/** A backup that cannot be made or put back as asked; the message says what to do instead. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;
  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
