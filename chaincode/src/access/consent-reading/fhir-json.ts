/** A consent that counts cannot be read. `path` says where, never what stood there. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly path: string;

  constructor(path: string) {
    super(path);
    this.path = path;
  }
}

export function fail(path: string): never {
  throw new Unreadable(path);
}

export const at = (path: string, name: string) => `${path}.${name}`;

export type Members = Readonly<Record<string, unknown>>;
const KNOWN = new Map<string, ReadonlySet<string>>();

/**
 * The members of a JSON object that FHIR R4 knows there; `names` separated by spaces. An unknown one might narrow or
 * turn what the rest says, so it is not passed over. `_name` may carry extensions of a primitive.
 */
export function members(value: unknown, path: string, names: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(path);
  let known = KNOWN.get(names);
  if (known === undefined) {
    known = new Set(names.split(' '));
    KNOWN.set(names, known);
  }
  for (const [name, member] of Object.entries(value)) {
    // FHIR JSON has no null outside lists of primitives.
    if (member === null || !known.has(name.startsWith('_') ? name.slice(1) : name)) fail(path);
  }
  return value as Members;
}

/** A primitive; where only its extensions are given, its value is not known. */
export function primitive(owner: Members, name: string, path: string): unknown {
  const value = owner[name];
  if (value === undefined && Object.hasOwn(owner, `_${name}`)) fail(at(path, name));
  return value;
}

/** A list; FHIR JSON has no empty ones. */
export function list(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) && value.length > 0 ? value : fail(path);
}

/** A modifier extension changes the meaning of what holds it, and none is known here. */
export function refuseModifiers(value: unknown, path: string): void {
  const modifiers = typeof value === 'object' && value !== null ? (value as Members).modifierExtension : undefined;
  if (modifiers !== undefined && !(Array.isArray(modifiers) && modifiers.length === 0))
    fail(at(path, 'modifierExtension'));
}
