import { DecodingError, type DecodingErrorCode } from '../errors/decoding-error.ts';
import { equalBytes } from './bytes.ts';

/** Reads the fields of an encoded object in order. Every method throws DecodingError MQ_CRYPTO_LENGTH past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next `length` bytes, a view of the input. */
  take(length: number, field: string): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    if (part.length !== length) throw new DecodingError('MQ_CRYPTO_LENGTH', `input ends in ${field}`);
    this.#at += length;
    return part;
  }

  /** The next `count` parts of `length` bytes each; checks that they are there before it builds the list. */
  takeEach(count: number, length: number, field: string): Uint8Array[] {
    const parts = this.take(count * length, field);
    return Array.from({ length: count }, (_, i) => parts.subarray(i * length, (i + 1) * length));
  }

  /** A big-endian integer of 1 to 6 bytes. */
  uint(length: number, field: string): number {
    return this.take(length, field).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** @throws DecodingError with `code` where the next bytes differ from `expected` */
  expect(expected: Uint8Array, field: string, code: DecodingErrorCode = 'MQ_CRYPTO_FORMAT'): void {
    if (!equalBytes(this.take(expected.length, field), expected)) throw new DecodingError(code, `${field} differs`);
  }

  /** @throws DecodingError MQ_CRYPTO_LENGTH where bytes are left */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new DecodingError('MQ_CRYPTO_LENGTH', 'bytes after the end');
  }
}
