import { INVALID_UTF8, WireError } from './wire-error.ts';

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;
const MAX_VARINT_BYTES = 10;

/**
 * Reads a protobuf message field by field: `while (reader.next()) switch (reader.field) { ... }`, where each case takes the value
 * once; a field that no case takes is skipped by the following `next`. Byte values are views of the message, not copies.
 */
export class WireReader {
  field = 0;
  readonly #bytes: Buffer;
  #at = 0;
  #wireType = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  next(): boolean {
    if (this.#wireType !== -1) this.#skip();
    if (this.#at >= this.#bytes.length) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.#wireType = tag % 8;
    if (this.field === 0) throw new WireError('invalid field number 0');
    return true;
  }

  /** A number that is not negative; values above 2^53 lose precision. */
  varint(): number {
    this.#expect(WIRE_VARINT);
    return this.#varint();
  }

  /** int32 and enum, which may be negative. */
  int32(): number {
    this.#expect(WIRE_VARINT);
    return Number(BigInt.asIntN(32, this.#bigVarint()));
  }

  int64(): number {
    this.#expect(WIRE_VARINT);
    return Number(BigInt.asIntN(64, this.#bigVarint()));
  }

  bool(): boolean {
    return this.varint() !== 0;
  }

  bytes(): Buffer {
    this.#expect(WIRE_BYTES);
    const length = this.#varint();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new WireError('unexpected end of message');
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }

  string(): string {
    const bytes = this.bytes();
    const text = bytes.toString('utf8');
    // A replacement character is either text of the sender or the decoder's mark for bytes that are not UTF-8.
    if (text.includes('\ufffd') && !Buffer.from(text).equals(bytes)) throw new WireError(INVALID_UTF8);
    return text;
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) throw new WireError(`field ${this.field} has wire type ${this.#wireType}`);
    this.#wireType = -1;
  }

  #skip(): void {
    switch (this.#wireType) {
      case WIRE_VARINT:
        this.varint();
        return;
      case WIRE_BYTES:
        this.bytes();
        return;
      case WIRE_FIXED64:
      case WIRE_FIXED32:
        this.#at += this.#wireType === WIRE_FIXED64 ? 8 : 4;
        if (this.#at > this.#bytes.length) throw new WireError('unexpected end of message');
        this.#wireType = -1;
        return;
      default:
        throw new WireError(`field ${this.field} has wire type ${this.#wireType}`);
    }
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let index = 0; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new WireError('unexpected end of message');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new WireError('variable length integer overflow');
  }

  #bigVarint(): bigint {
    let value = 0n;
    for (let index = 0n; index < MAX_VARINT_BYTES; index++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new WireError('unexpected end of message');
      value |= BigInt(byte & 0x7f) << (index * 7n);
      if (byte < 0x80) return value;
    }
    throw new WireError('variable length integer overflow');
  }
}
