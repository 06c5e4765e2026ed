import { ACT_CODE_SYSTEM } from '../code-systems/security-label.ts';
import type { DateRange } from './date-range.ts';
import { periodRange } from './date-range.ts';
import { at, fail, list, members, primitive, refuseModifiers, Unreadable } from './fhir-json.ts';
import { type FhirReference, readReference } from './fhir-reference.ts';
import {
  type Coding,
  readActionCodes,
  readClassCodes,
  readCodes,
  readLabels,
  readPurposes,
} from './provision-codes.ts';

export type Effect = 'permit' | 'deny';
export type Actor = Readonly<{ roles: readonly Coding[]; reference: FhirReference }>;
export const DATA_MEANINGS = ['instance', 'related', 'dependents', 'authoredby'] as const;
export type Datum = Readonly<{ meaning: (typeof DATA_MEANINGS)[number]; reference: FhirReference }>;

/** One Consent.provision. An absent element is undefined and matches anything. */
export type Provision = Readonly<{
  type: Effect;
  period: DateRange | undefined;
  actor: readonly Actor[] | undefined;
  action: readonly Coding[] | undefined;
  securityLabel: readonly Coding[] | undefined;
  purpose: readonly Coding[] | undefined;
  class: readonly Coding[] | undefined;
  code: readonly Coding[] | undefined;
  dataPeriod: DateRange | undefined;
  data: readonly Datum[] | undefined;
  nested: readonly Provision[];
}>;

export const MAX_PROVISION_DEPTH = 16;
/** Actor types a requester may be, or may belong to without the facts saying so. */
const ACTOR_TYPES = 'Organization Practitioner PractitionerRole RelatedPerson Patient Device Group CareTeam'.split(' ');
const CONSENT =
  'resourceType id meta language text contained extension modifierExtension identifier status scope category patient dateTime performer organization sourceAttachment sourceReference policy policyRule verification provision';
const PROVISION =
  'id extension modifierExtension type period actor action securityLabel purpose class code dataPeriod data provision';
const ACTOR = 'id extension modifierExtension role reference';
const DATUM = 'id extension modifierExtension meaning reference';
const PERIOD = 'id extension start end';

/**
 * Reads the rules of a FHIR R4 Consent that counts: its root provision, the type settled (docs/access-decision.md, 2.3).
 *
 * @throws Unreadable with the path of what could not be read
 */
export function readProvisions(consent: Readonly<Record<string, unknown>>): Provision {
  // `implicitRules` is a modifier as well: rules that would have to be known, and none is.
  const given = Object.fromEntries(Object.entries(consent).filter(([, member]) => member !== null));
  const { policy, verification, policyRule, provision } = members(given, 'Consent', CONSENT);
  refuseModifiers(consent, 'Consent');
  for (const [name, part] of [
    ['policy', policy],
    ['verification', verification],
  ] as const) {
    for (const [i, item] of (part === undefined ? [] : list(part, `Consent.${name}`)).entries()) {
      refuseModifiers(item, `Consent.${name}[${i}]`);
    }
  }
  return readProvision(provision ?? {}, 'Consent.provision', 0, policyRule);
}

function readProvision(value: unknown, path: string, depth: number, policyRule?: unknown): Provision {
  if (depth > MAX_PROVISION_DEPTH) fail(path);
  const own = members(value, path, PROVISION);
  refuseModifiers(own, path);
  const type = primitive(own, 'type', path);
  const isBase = depth === 0 && type === undefined;
  const nested = own.provision;
  return {
    type: isBase ? readPolicyRule(policyRule) : readType(type, at(path, 'type')),
    period: optional(own, 'period', path, readPeriod),
    actor: optional(own, 'actor', path, listOf(readActor)),
    action: optional(own, 'action', path, readActionCodes),
    securityLabel: optional(own, 'securityLabel', path, readLabels),
    purpose: optional(own, 'purpose', path, readPurposes),
    class: optional(own, 'class', path, readClassCodes),
    code: optional(own, 'code', path, readCodes),
    dataPeriod: optional(own, 'dataPeriod', path, readPeriod),
    data: optional(own, 'data', path, listOf(readDatum)),
    nested: (nested === undefined ? [] : Array.isArray(nested) ? nested : fail(at(path, 'provision'))).map((item, i) =>
      readProvision(item, `${path}.provision[${i}]`, depth + 1),
    ),
  };
}

function optional<T>(
  owner: Readonly<Record<string, unknown>>,
  name: string,
  path: string,
  read: (value: unknown, path: string) => T,
): T | undefined {
  const value = owner[name];
  return value === undefined ? undefined : read(value, at(path, name));
}

const listOf =
  <T>(read: (value: unknown, path: string) => T) =>
  (value: unknown, path: string): readonly T[] =>
    list(value, path).map((item, i) => read(item, `${path}[${i}]`));

function readType(type: unknown, path: string): Effect {
  return type === 'permit' || type === 'deny' ? type : fail(path);
}

/** OPTIN or OPTOUT of v3-ActCode; both at once, or anything else, is no base. */
function readPolicyRule(value: unknown): Effect {
  const path = 'Consent.policyRule';
  if (value === undefined) fail(path);
  const codes = new Set(
    readCodes([value], path)
      .filter(({ system }) => system === ACT_CODE_SYSTEM)
      .map(({ code }) => code),
  );
  if (codes.has('OPTIN') === codes.has('OPTOUT')) fail(path);
  return codes.has('OPTIN') ? 'permit' : 'deny';
}

function readPeriod(value: unknown, path: string): DateRange {
  const period = members(value, path, PERIOD);
  return periodRange(primitive(period, 'start', path), primitive(period, 'end', path)) ?? fail(path);
}

function readActor(value: unknown, path: string): Actor {
  const actor = members(value, path, ACTOR);
  refuseModifiers(actor, path);
  const { role } = actor;
  const reference = readReference(actor.reference, at(path, 'reference'));
  if (reference.type !== undefined && !ACTOR_TYPES.includes(reference.type)) fail(at(path, 'reference'));
  // R4 wants a role; who is named is known without it.
  return { roles: role === undefined ? [] : readRole(role, at(path, 'role')), reference };
}

/** As given: of any system, or only in words. It narrows nothing; only a delegatee's is looked at. */
function readRole(value: unknown, path: string): readonly Coding[] {
  const { coding } = members(value, path, 'id extension coding text');
  const codings: readonly Partial<Coding>[] = Array.isArray(coding) ? coding : [];
  return codings.flatMap(({ system, code }) =>
    typeof system === 'string' && typeof code === 'string' ? [{ system, code }] : [],
  );
}

function readDatum(value: unknown, path: string): Datum {
  const datum = members(value, path, DATUM);
  refuseModifiers(datum, path);
  const meaning = DATA_MEANINGS.find((known) => known === datum.meaning) ?? fail(at(path, 'meaning'));
  return { meaning, reference: readReference(datum.reference, at(path, 'reference')) };
}

export { Unreadable };
