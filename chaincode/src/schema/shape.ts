/**
 * Small shapes for untrusted JSON: each returns the value it was given when it fits, and otherwise says where and why
 * it does not, never what stood there. Unknown members are refused, so nothing unforeseen reaches the ledger.
 */
import { MedQuorumError } from '../medquorum-error.ts';

export type Shape<T> = (value: unknown, path: string) => T;
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** @throws MedQuorumError `MQ_INPUT_INVALID: path: reason` */
export function refuse(path: string, reason: string): never {
  throw new MedQuorumError('MQ_INPUT_INVALID', `${path}: ${reason}`);
}

/** A string that matches; `meaning` stands in the message. */
export function text(pattern: RegExp, meaning: string): Shape<string> {
  return (value, path) =>
    typeof value === 'string' && pattern.test(value) ? value : refuse(path, `must be ${meaning}`);
}

/** One of the given codes. */
export function oneOf<const T extends string>(codes: readonly T[] | ReadonlySet<T>): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(codes);
  const listed = known.size <= 12 ? `one of ${[...known].join(', ')}` : 'a code of its value set';
  return (value, path) => (known.has(value) ? (value as T) : refuse(path, `must be ${listed}`));
}

export function integer(min: number, max: number): Shape<number> {
  return (value, path) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : refuse(path, `must be an integer from ${min} to ${max}`);
}

export const boolean: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'must be true or false');

/** Null or the shape. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => (value === null ? null : shape(value, path));
}

export function listOf<T>(item: Shape<T>, min: number, max: number): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      return refuse(path, `must be a list of ${min} to ${max} items`);
    }
    return value.map((member, i) => item(member, `${path}[${i}]`));
  };
}

/** A list without repetitions; `keyOf` says what must differ. */
export function setOf<T>(item: Shape<T>, min: number, max: number, keyOf: (item: T) => unknown = (it) => it) {
  const list = listOf(item, min, max);
  return (value: unknown, path: string): readonly T[] => {
    const items = list(value, path);
    return new Set(items.map(keyOf)).size === items.length ? items : refuse(path, 'must not repeat an item');
  };
}

type Members = Readonly<Record<string, Shape<unknown>>>;
type Required<M extends Members> = { readonly [K in keyof M]: Shaped<M[K]> };
type Optional<M extends Members> = { readonly [K in keyof M]?: Shaped<M[K]> };
type Merged<T> = { readonly [K in keyof T]: T[K] };

/** A plain object with exactly these members, `optional` ones possibly absent. */
export function object<R extends Members, O extends Members = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<Merged<Required<R> & Optional<O>>> {
  const shapes = new Map<string, Shape<unknown>>([...Object.entries(required), ...Object.entries(optional ?? {})]);
  const needed = Object.keys(required);
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(path, 'must be an object');
    for (const name of needed) {
      if (!Object.hasOwn(value, name)) refuse(`${path}.${name}`, 'is missing');
    }
    const members: [string, unknown][] = [];
    for (const [name, member] of Object.entries(value)) {
      const shape = shapes.get(name);
      // The name of an unknown member may be anything, so it is not repeated.
      if (shape === undefined) return refuse(path, 'has an unknown member');
      members.push([name, shape(member, `${path}.${name}`)]);
    }
    return Object.fromEntries(members) as Merged<Required<R> & Optional<O>>;
  };
}
