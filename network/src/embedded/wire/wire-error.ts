/** Bytes that are not the protobuf message expected. `code` is always WIRE_MALFORMED. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code = 'WIRE_MALFORMED';
}

/** What Go's protobuf says of a string that is not UTF-8; clients of Fabric see this text. */
export const INVALID_UTF8 = 'string field contains invalid UTF-8';
