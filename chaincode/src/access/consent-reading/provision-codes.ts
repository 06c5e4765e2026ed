import { ACTIONS } from '../access-facts.ts';
import { ACT_REASON, ACT_REASON_SYSTEM } from '../code-systems/purpose-of-use.ts';
import { RESOURCE_TYPES, RESOURCE_TYPES_SYSTEM } from '../code-systems/resource-types.ts';
import {
  ACT_CODE,
  ACT_CODE_SYSTEM,
  CONFIDENTIALITY_SYSTEM,
  isConfidentiality,
} from '../code-systems/security-label.ts';
import { at, fail, list, members, primitive } from './fhir-json.ts';

export type Coding = Readonly<{ system: string; code: string }>;

export const ACTION_SYSTEM = 'http://terminology.hl7.org/CodeSystem/consentaction';

// FHIR R4 `code` and `uri`.
const CODE = /^[^\s]+(\s[^\s]+)*$/;
const URI = /^\S+$/;

/**
 * The codes each system has, for the systems a provision is compared in. A code its system does not have is malformed:
 * where it would stand in the hierarchy, and so what it covers, cannot be known. Other systems are taken as given.
 */
const IN_SYSTEM: ReadonlyMap<string, (code: string) => boolean> = new Map([
  [ACT_REASON_SYSTEM, (code: string) => ACT_REASON.has(code)],
  [ACT_CODE_SYSTEM, (code: string) => ACT_CODE.has(code)],
  [CONFIDENTIALITY_SYSTEM, isConfidentiality],
  [ACTION_SYSTEM, (code: string) => ACTIONS.some((known) => known === code)],
  [RESOURCE_TYPES_SYSTEM, (code: string) => RESOURCE_TYPES.has(code)],
]);

export const readPurposes = codings;
export const readLabels = codings;
export const readClassCodes = codings;
export const readActionCodes = concepts;
export const readCodes = concepts;

function codings(value: unknown, path: string): readonly Coding[] {
  return list(value, path).map((item, i) => coding(item, `${path}[${i}]`));
}

/** The codings of all concepts: they are alternatives, within one concept and between them. */
function concepts(value: unknown, path: string): readonly Coding[] {
  return list(value, path).flatMap((item, i) => {
    const { coding: codes } = members(item, `${path}[${i}]`, 'id extension coding text');
    return codings(codes, `${path}[${i}].coding`);
  });
}

function coding(value: unknown, path: string): Coding {
  const own = members(value, path, 'id extension system version code display userSelected');
  const system = primitive(own, 'system', path);
  const code = primitive(own, 'code', path);
  if (typeof system !== 'string' || !URI.test(system)) return fail(at(path, 'system'));
  if (typeof code !== 'string' || !CODE.test(code)) return fail(at(path, 'code'));
  if (IN_SYSTEM.get(system)?.(code) === false) fail(at(path, 'code'));
  return { system, code };
}
