import { hexToBytes } from '../encoding/bytes.ts';

/** Reads the members of one JSON object of a vector file; a member of another type fails the vector. */
export class VectorFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  constructor(fields: unknown) {
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw new Error('object expected');
    this.#fields = fields as Readonly<Record<string, unknown>>;
  }
  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }
  value(name: string): unknown {
    if (!this.has(name)) throw new Error(`member ${name} is missing`);
    return this.#fields[name];
  }
  text(name: string): string {
    return asText(this.value(name), name);
  }
  textOrNull(name: string): string | null {
    return this.value(name) === null ? null : this.text(name);
  }
  /** Lower-case hexadecimal. */
  bytes(name: string): Uint8Array {
    return asBytes(this.value(name), name);
  }
  integer(name: string): number {
    const value = this.value(name);
    if (!Number.isSafeInteger(value)) throw new Error(`member ${name} is not an integer`);
    return value as number;
  }
  boolean(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== 'boolean') throw new Error(`member ${name} is not a boolean`);
    return value;
  }
  object(name: string): VectorFields {
    return new VectorFields(this.value(name));
  }
  list(name: string): readonly unknown[] {
    const value = this.value(name);
    if (!Array.isArray(value)) throw new Error(`member ${name} is not a list`);
    return value;
  }
  objects(name: string): VectorFields[] {
    return this.list(name).map((item) => new VectorFields(item));
  }
  byteStrings(name: string): Uint8Array[] {
    return this.list(name).map((item) => asBytes(item, name));
  }
  texts(name: string): string[] {
    return this.list(name).map((item) => asText(item, name));
  }
}

function asText(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Error(`member ${name} is not a text`);
  return value;
}

function asBytes(value: unknown, name: string): Uint8Array {
  const hex = asText(value, name);
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new Error(`member ${name} is not lower-case hexadecimal`);
  return hexToBytes(hex);
}
