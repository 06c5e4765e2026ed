export type SupervisorErrorCode =
  | 'MQ_PROCESS_NOT_READY'
  | 'MQ_PROCESS_NAME_TAKEN'
  | 'MQ_PROCESS_UNKNOWN'
  | 'MQ_ALREADY_RUNNING'
  | 'MQ_NOT_A_DATA_FOLDER'
  | 'MQ_RESET_UNFINISHED'
  | 'MQ_INTERRUPTED';

/** Something about supervised processes that an operator can act on. */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError';
  readonly code: SupervisorErrorCode;
  constructor(code: SupervisorErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}
