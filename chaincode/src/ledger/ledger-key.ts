/**
 * Keys of the world state: Fabric's composite keys, `\0 type \0 attribute \0 attribute \0`. The first attribute is
 * what a short range is taken over (a patient, a record).
 */
const SEPARATOR = '\u0000';

export type LedgerKey = Readonly<{ type: string; attributes: readonly string[] }>;

/** The same text as the stub's `createCompositeKey`. */
export function ledgerKey(type: string, attributes: readonly string[]): string {
  return SEPARATOR + [type, ...attributes, ''].join(SEPARATOR);
}

/** @returns undefined for a key that is not a composite key */
export function parseLedgerKey(key: string): LedgerKey | undefined {
  if (!key.startsWith(SEPARATOR) || !key.endsWith(SEPARATOR) || key.length < 3) return undefined;
  const [type = '', ...attributes] = key.slice(1, -1).split(SEPARATOR);
  return { type, attributes };
}

/** Numbers in keys are padded, so that ranges come in order. */
export function keyNumber(value: number): string {
  return String(value).padStart(6, '0');
}
