/** The few wire forms of Protocol Buffers that a signature policy needs; fields are written in order, so bytes are canonical. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** @param value non-negative, below 2^31 */
export function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint((field << 3) | VARINT), ...varint(value)]);
}

export function bytesField(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([
    Uint8Array.from(varint((field << 3) | LENGTH_DELIMITED)),
    Uint8Array.from(varint(value.length)),
    value,
  ]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
