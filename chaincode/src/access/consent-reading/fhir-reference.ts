import { at, fail, members, primitive } from './fhir-json.ts';

/**
 * A literal FHIR reference. `type` and `tail` (`Type/id`, no version) are undefined where the text does not show them
 * (contained resources, URNs); `isLocal` where the reference is relative, as all references of the facts are.
 */
export type FhirReference = Readonly<{ type: string | undefined; tail: string | undefined; isLocal: boolean }>;

const LITERAL =
  /^(?:(https?:\/\/\S+)\/)?([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

/** @throws Unreadable where there is no literal reference: an identifier or a display names nobody the facts know */
export function readReference(value: unknown, path: string): FhirReference {
  const reference = members(value, path, 'id extension reference type identifier display');
  const text = primitive(reference, 'reference', path);
  if (typeof text !== 'string' || text === '' || /\s/.test(text)) return fail(at(path, 'reference'));
  const [, base, type, id] = LITERAL.exec(text) ?? [];
  if (type === undefined) {
    return /^(#|urn:|https?:)/.test(text) ? { type, tail: undefined, isLocal: false } : fail(at(path, 'reference'));
  }
  return { type, tail: `${type}/${id}`, isLocal: base === undefined };
}
