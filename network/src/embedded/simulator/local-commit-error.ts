/** Codes are part of the API. */
export class LocalCommitError extends Error {
  override readonly name = 'LocalCommitError';
  readonly code: 'LOCAL_READ_CONFLICT' | 'LOCAL_ALREADY_COMMITTED';
  constructor(code: LocalCommitError['code'], message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}
