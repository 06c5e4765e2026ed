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

type CodesOf = Readonly<Record<string, (code: string) => boolean>>;

/**
 * For each element, the codes that the systems it is compared in have for it. Another code of such a system is
 * malformed: where it would stand in the hierarchy, and so what it covers, cannot be known. Other systems' codes are
 * taken as they are.
 */
const PURPOSES: CodesOf = { [ACT_REASON_SYSTEM]: (code) => ACT_REASON.subsumes('PurposeOfUse', code) };
const LABELS: CodesOf = {
  [ACT_CODE_SYSTEM]: (code) => ACT_CODE.subsumes('_ActPolicyType', code),
  [CONFIDENTIALITY_SYSTEM]: isConfidentiality,
};
const CLASSES: CodesOf = { [RESOURCE_TYPES_SYSTEM]: (code) => RESOURCE_TYPES.has(code) };
const ACTION_CODES: CodesOf = { [ACTION_SYSTEM]: (code) => ACTIONS.some((known) => known === code) };

type ReadCodings = (value: unknown, path: string) => readonly Coding[];
export const readPurposes: ReadCodings = (value, path) => codings(value, path, PURPOSES);
export const readLabels: ReadCodings = (value, path) => codings(value, path, LABELS);
export const readClassCodes: ReadCodings = (value, path) => codings(value, path, CLASSES);
export const readActionCodes: ReadCodings = (value, path) => concepts(value, path, ACTION_CODES);
export const readCodes: ReadCodings = (value, path) => concepts(value, path, {});

function codings(value: unknown, path: string, codesOf: CodesOf): readonly Coding[] {
  return list(value, path).map((item, i) => coding(item, `${path}[${i}]`, codesOf));
}

/** The codings of all concepts: they are alternatives, within one concept and between them. */
function concepts(value: unknown, path: string, codesOf: CodesOf): readonly Coding[] {
  return list(value, path).flatMap((item, i) => {
    const { coding: codes } = members(item, `${path}[${i}]`, 'id extension coding text');
    return codings(codes, `${path}[${i}].coding`, codesOf);
  });
}

function coding(value: unknown, path: string, codesOf: CodesOf): Coding {
  const own = members(value, path, 'id extension system version code display userSelected');
  const system = primitive(own, 'system', path);
  const code = primitive(own, 'code', path);
  if (typeof system !== 'string' || !URI.test(system)) return fail(at(path, 'system'));
  if (typeof code !== 'string' || !CODE.test(code)) return fail(at(path, 'code'));
  if (Object.hasOwn(codesOf, system) && codesOf[system]?.(code) === false) fail(at(path, 'code'));
  return { system, code };
}
