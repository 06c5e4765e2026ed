import type { Resource } from '@medplum/fhirtypes';

/** A reference as it stands in a resource, with the FHIRPath-like place where it stands. */
export type FoundReference = Readonly<{ reference: string; path: string }>;

/** Every `reference` of a resource, contained ones included, in document order. References inside one resource (`#id`) are its own business. */
export function referencesOf(resource: Resource): readonly FoundReference[] {
  const found: FoundReference[] = [];
  walk(resource, resource.resourceType, (holder, path) => {
    if (!holder.reference.startsWith('#')) found.push({ reference: holder.reference, path });
  });
  return found;
}

/** A copy of the resource in which every outward reference is what `replace` makes of it. */
export function withReferences(resource: Resource, replace: (reference: string) => string): Resource {
  const copy = structuredClone(resource);
  walk(copy, copy.resourceType, (holder) => {
    if (!holder.reference.startsWith('#')) holder.reference = replace(holder.reference);
  });
  return copy;
}

type ReferenceHolder = { reference: string };

function walk(value: unknown, path: string, visit: (holder: ReferenceHolder, path: string) => void): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      walk(item, `${path}[${index}]`, visit);
    });
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (isReference(value)) visit(value, `${path}.reference`);
  for (const [key, child] of Object.entries(value)) walk(child, `${path}.${key}`, visit);
}

/** The Reference type has these elements and no others; a string element named `reference` of another type is not one. */
const REFERENCE_ELEMENTS = new Set(['id', 'extension', 'reference', '_reference', 'type', 'identifier', 'display']);

function isReference(value: object): value is ReferenceHolder {
  return (
    'reference' in value &&
    typeof value.reference === 'string' &&
    Object.keys(value).every((key) => REFERENCE_ELEMENTS.has(key))
  );
}
