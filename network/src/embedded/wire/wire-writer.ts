const INITIAL_BYTES = 512;
const WIRE_VARINT = 0;
const WIRE_BYTES = 2;

/**
 * Writes one protobuf message field by field, in the order called: with ascending field numbers the bytes are those of the
 * deterministic encoders of Go and google-protobuf. Values equal to the proto3 default are left out, as there.
 */
export class WireWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  /** uint32, uint64, int64, bool and enum; the value is not negative and a safe integer. */
  varint(field: number, value: number): this {
    if (value === 0) return this;
    this.#reserve(20);
    this.#varint(field * 8 + WIRE_VARINT);
    this.#varint(value);
    return this;
  }

  /** int32 and enum values, which sign-extend to ten bytes when negative. */
  int32(field: number, value: number): this {
    if (value >= 0) return this.varint(field, value);
    this.#reserve(20);
    this.#varint(field * 8 + WIRE_VARINT);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#buffer[this.#length++] = Number(rest);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.varint(field, value ? 1 : 0);
  }

  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.element(field, value);
  }

  /** Bytes that stand even when empty: an element of a repeated field, or an embedded message already encoded. */
  element(field: number, value: Uint8Array): this {
    this.#reserve(20 + value.length);
    this.#varint(field * 8 + WIRE_BYTES);
    this.#varint(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  string(field: number, value: string): this {
    if (value.length === 0) return this;
    const bytes = Buffer.byteLength(value);
    this.#reserve(20 + bytes);
    this.#varint(field * 8 + WIRE_BYTES);
    this.#varint(bytes);
    this.#length += this.#buffer.write(value, this.#length);
    return this;
  }

  /** An embedded message; written even when it turns out empty. */
  message(field: number, write: (writer: this) => void): this {
    this.#reserve(20);
    this.#varint(field * 8 + WIRE_BYTES);
    const lengthAt = this.#length++;
    write(this);
    const size = this.#length - lengthAt - 1;
    const extra = varintBytes(size) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#buffer.copyWithin(lengthAt + 1 + extra, lengthAt + 1, this.#length);
    }
    const end = this.#length + extra;
    this.#length = lengthAt;
    this.#varint(size);
    this.#length = end;
    return this;
  }

  /** The bytes written so far; the writer may not be used afterwards. */
  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#buffer[this.#length++] = (rest % 128) | 0x80;
    this.#buffer[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
