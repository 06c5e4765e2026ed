/** A generated message class of the official protobufs. */
export type MessageClass<T> = Readonly<{ deserializeBinary(bytes: Uint8Array): T }>;

/** Text with which Fabric's peers refuse bytes that are not a protobuf message. */
export const INVALID_WIRE_FORMAT = 'proto: cannot parse invalid wire-format data';

/** Bytes that are not the wire format of a protobuf message. */
export class WireFormatError extends Error {
  override readonly name = 'WireFormatError';
  readonly code = 'MQ_WIRE_FORMAT';
  constructor(options?: ErrorOptions) {
    super(INVALID_WIRE_FORMAT, options);
  }
}

/**
 * Parses a message strictly: the generated JavaScript code accepts some byte strings that Fabric refuses. Throws
 * WireFormatError.
 */
export function parseMessage<T>(type: MessageClass<T>, bytes: Uint8Array): T {
  if (!isWireFormat(bytes)) throw new WireFormatError();
  try {
    return type.deserializeBinary(bytes);
  } catch (cause) {
    throw new WireFormatError({ cause });
  }
}

const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/** Whether the bytes are a sequence of well-formed fields (Protocol Buffers encoding; groups are not used by Fabric). */
export function isWireFormat(bytes: Uint8Array): boolean {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at++];
      if (byte === undefined) return -1;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return -1;
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (tag < 0 || field < 1 || field > MAX_FIELD_NUMBER) return false;
    switch (tag % 8) {
      case 0:
        if (varint() < 0) return false;
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (length < 0) return false;
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        return false;
    }
    if (at > bytes.length) return false;
  }
  return true;
}
