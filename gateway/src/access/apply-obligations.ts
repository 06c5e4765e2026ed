import type { JsonValue } from '@medquorum/crypto/encoding/canonical-json';

type Json = JsonValue;
type JsonObject = { readonly [key: string]: Json };

/** Elements that name or describe a person, wherever they stand in a resource (45 CFR 164.514(b)(2), "Safe Harbor"). */
const IDENTIFYING: ReadonlySet<string> = new Set([
  'identifier',
  'name',
  'telecom',
  'address',
  'photo',
  'contact',
  'text',
  'note',
  'comment',
  'description',
  'display',
  'contained',
  'extension',
  'modifierExtension',
  'fullUrl',
  'deviceIdentifier',
  'serialNumber',
  'udiCarrier',
  'attachment',
  'data',
  'url',
  // Free text that goes by other names.
  'valueString',
  'valueMarkdown',
  'contentString',
  'authorString',
  'conclusion',
  'patientInstruction',
  'title',
]);
/** Resources that describe people and places: what they say is what has to go. */
const PEOPLE: ReadonlySet<string> = new Set(['RelatedPerson', 'Person', 'Practitioner', 'PractitionerRole']);
const DATE = /^(\d{4})-\d\d(-\d\d)?(T.*)?$/;

/**
 * Does what the decision obliges to before content is handed out. `mask:<path>` removes the elements at a FHIR path
 * (`Type.element.element`); `redact:<label>` removes resources and elements so labelled; `de-identify` removes what
 * identifies a person, dates but for their year included. The others concern the reader, and are returned with the content.
 */
export function applyObligations(content: Json, obligations: readonly string[]): Json {
  return obligations.reduce<Json>((result, obligation) => {
    if (obligation === 'de-identify') return deIdentify(result) ?? null;
    const [kind, ...rest] = obligation.split(':');
    const value = rest.join(':');
    if (kind === 'mask') return mask(result, value.split('.'));
    if (kind === 'redact') return redact(result, value) ?? null;
    return result;
  }, content);
}

function deIdentify(value: Json): Json | undefined {
  if (typeof value === 'string') return DATE.test(value) ? value.slice(0, 4) : value;
  if (Array.isArray(value)) return value.map(deIdentify).filter((item): item is Json => item !== undefined);
  if (!isObject(value)) return value;
  if (typeof value.resourceType === 'string' && PEOPLE.has(value.resourceType)) return undefined;
  return mapMembers(value, (key, member) => (IDENTIFYING.has(key) ? undefined : deIdentify(member)));
}

function redact(value: Json, label: string): Json | undefined {
  if (Array.isArray(value))
    return value.map((item) => redact(item, label)).filter((item): item is Json => item !== undefined);
  if (!isObject(value)) return value;
  if (isLabelled(value, label)) return undefined;
  // An entry of a Bundle whose resource goes, goes as a whole.
  if (isObject(value.resource) && redact(value.resource, label) === undefined) return undefined;
  return mapMembers(value, (_key, member) => redact(member, label));
}

/** Of a resource in `meta.security`; of an element by the inline label extension of FHIR R4B and DS4P. */
function isLabelled(value: JsonObject, label: string): boolean {
  const security = isObject(value.meta) ? value.meta.security : undefined;
  const codings = Array.isArray(security) ? (security as readonly Json[]) : [];
  const extensions = Array.isArray(value.extension) ? (value.extension as readonly Json[]) : [];
  const inline = extensions.map((extension) => (isObject(extension) ? extension.valueCoding : undefined));
  return [...codings, ...inline].some((coding) => isObject(coding) && coding.code === label);
}

function mask(value: Json, path: readonly string[]): Json {
  const [type, ...elements] = path;
  if (Array.isArray(value)) return value.map((item) => mask(item, path));
  if (!isObject(value)) return value;
  const inside = mapMembers(value, (_key, member) => mask(member, path));
  return inside.resourceType === type ? remove(inside, elements) : inside;
}

function remove(value: Json, [element, ...rest]: readonly string[]): Json {
  if (element === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => remove(item, [element, ...rest]));
  if (!isObject(value)) return value;
  return mapMembers(value, (key, member) => {
    if (key !== element) return member;
    return rest.length === 0 ? undefined : remove(member, rest);
  });
}

function mapMembers(value: JsonObject, map: (key: string, member: Json) => Json | undefined): JsonObject {
  const members = Object.entries(value).flatMap(([key, member]) => {
    const mapped = map(key, member);
    return mapped === undefined ? [] : [[key, mapped] as const];
  });
  return Object.fromEntries(members);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
