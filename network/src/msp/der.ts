/** One element of a DER encoding (X.690): its tag, its content and the bytes of the whole element. */
export type DerElement = Readonly<{ tag: number; content: Uint8Array; raw: Uint8Array }>;

export const DER_INTEGER = 0x02;
export const DER_BIT_STRING = 0x03;
export const DER_SEQUENCE = 0x30;

/** Longest length field that is read: four bytes, far above any certificate. */
const MAX_LENGTH_BYTES = 4;

/** Reads the element at `offset`. Throws RangeError on truncated or indefinite lengths. */
export function readDer(bytes: Uint8Array, offset = 0): DerElement {
  const tag = byteAt(bytes, offset);
  let length = byteAt(bytes, offset + 1);
  let start = offset + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > MAX_LENGTH_BYTES) throw new RangeError('DER length not supported');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + byteAt(bytes, start + i);
    start += count;
  }
  const end = start + length;
  if (end > bytes.length) throw new RangeError('DER element is truncated');
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(offset, end) };
}

/** The elements inside a constructed element, in order. */
export function readDerList(content: Uint8Array): DerElement[] {
  const elements: DerElement[] = [];
  for (let offset = 0; offset < content.length; ) {
    const element = readDer(content, offset);
    elements.push(element);
    offset += element.raw.length;
  }
  return elements;
}

/** Encodes an element with the given tag and content. */
export function writeDer(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body]);
}

/** Encodes a non-negative integer given as big-endian bytes. */
export function writeDerInteger(magnitude: Uint8Array): Uint8Array {
  let first = 0;
  while (first < magnitude.length - 1 && magnitude[first] === 0) first++;
  const trimmed = magnitude.subarray(first);
  const needsSign = trimmed.length === 0 || ((trimmed[0] ?? 0) & 0x80) !== 0;
  return writeDer(DER_INTEGER, needsSign ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}

function byteAt(bytes: Uint8Array, index: number): number {
  const value = bytes[index];
  if (value === undefined) throw new RangeError('DER element is truncated');
  return value;
}
