export type FabricErrorCode =
  | 'MQ_FABRIC_MISSING'
  | 'MQ_FABRIC_VERSION'
  | 'MQ_FABRIC_TOOL_FAILED'
  | 'MQ_FABRIC_UNREACHABLE'
  | 'MQ_FABRIC_DOWNLOAD_FAILED'
  | 'MQ_FABRIC_ARCHIVE_WRONG'
  | 'MQ_FABRIC_PEERS_APART';

/** Something about the native Fabric network that an operator can act on. */
export class FabricError extends Error {
  override readonly name = 'FabricError';
  readonly code: FabricErrorCode;
  constructor(code: FabricErrorCode, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
  }
}
