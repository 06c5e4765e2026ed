const NUL = '\u0000';
const MAX_CODE_POINT = '\u{10ffff}';

/** NUL, type, NUL, then each attribute and NUL. @throws Error with the shim's text for an empty type or attribute */
export function compositeKey(objectType: string, attributes: readonly string[]): string {
  if (!Array.isArray(attributes)) throw new Error('attributes must be an array');
  for (const part of [objectType, ...attributes]) {
    if (typeof part !== 'string' || part === '')
      throw new Error('object type or attribute not a non-zero length string');
  }
  return [NUL, objectType, NUL, ...attributes.map((attribute) => attribute + NUL)].join('');
}

/** Exclusive end of the range of every key that starts with this composite key. */
export const compositeKeyEnd = (start: string): string => start + MAX_CODE_POINT;

export function splitCompositeKey(key: string): { objectType: string | null; attributes: string[] } {
  if (key.length < 2 || !key.startsWith(NUL)) return { objectType: null, attributes: [] };
  const [objectType = '', ...rest] = key.slice(1).split(NUL);
  return { objectType, attributes: rest.slice(0, -1) };
}

/** @throws Error with the shim's text: a simple key must not look like a composite one */
export function validateSimpleKeys(...keys: readonly string[]): void {
  for (const key of keys) {
    if (!key?.startsWith(NUL)) continue;
    throw new Error(`first character of the key [${key}] contains a null character which is not allowed`);
  }
}
