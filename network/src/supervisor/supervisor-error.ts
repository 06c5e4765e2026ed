export type SupervisorErrorCode = 'MQ_PROCESS_NOT_READY' | 'MQ_PROCESS_NAME_TAKEN' | 'MQ_ALREADY_RUNNING';

/** A process that could not be brought up, with what to look at. */
export class SupervisorError extends Error {
  override readonly name = 'SupervisorError';
  readonly code: SupervisorErrorCode;
  constructor(code: SupervisorErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}
