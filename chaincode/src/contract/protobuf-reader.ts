/** The few wire forms of Protocol Buffers that a peer's answers to batches come in. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Values of the varint fields below 2^53 by field number; the last one of each counts. */
export function varintFields(bytes: Uint8Array): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { field, wireType, value } of fieldsOf(bytes)) if (wireType === VARINT) found.set(field, value);
  return found;
}

/** Every occurrence of a length-delimited field, in order. */
export function lengthDelimitedFields(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const { field, wireType, value, start } of fieldsOf(bytes)) {
    if (field === wanted && wireType === LENGTH_DELIMITED) found.push(bytes.subarray(start, start + value));
  }
  return found;
}

type Field = Readonly<{ field: number; wireType: number; value: number; start: number }>;

/** `value` is the number of a varint, or the length of what follows at `start`. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let weight = 1; ; weight *= 0x80) {
      const byte = bytes[at];
      if (byte === undefined || !Number.isSafeInteger(weight)) throw new RangeError('a varint has no end');
      at += 1;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag % 8;
    if (wireType !== VARINT && wireType !== LENGTH_DELIMITED) throw new RangeError(`wire type ${wireType}`);
    const value = varint();
    const start = at;
    if (wireType === LENGTH_DELIMITED) at += value;
    if (at > bytes.length) throw new RangeError('a field reaches beyond the end');
    yield { field: Math.floor(tag / 8), wireType, value, start };
  }
}
