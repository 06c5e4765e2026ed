import { MedQuorumError } from '../medquorum-error.ts';
import { boolean, integer, listOf, nullable, object, oneOf, refuse, type Shape, text } from '../schema/shape.ts';
import {
  ACTIONS,
  type AccessFacts,
  CONFIDENTIALITIES,
  type HoursOfDay,
  ORGANIZATION_KINDS,
  type PeriodFacts,
  ROLE_KINDS,
  type RoleKind,
  STANDINGS,
} from './access-facts.ts';
import { isSensitivity } from './code-systems/security-label.ts';
import { dateRange, instantMs, periodRange } from './consent-reading/date-range.ts';

/** Items of any list among the facts: far above what one patient has. */
export const MAX_FACTS = 10_000;
const MAX_LEASE_MS = 24 * 60 * 60 * 1000;
const DAY_MINUTES = 24 * 60;

const many = <T>(item: Shape<T>) => listOf(item, 0, MAX_FACTS);
const token = text(/^\S(.{0,254}\S)?$/u, 'a text of 1 to 256 characters without blanks at its ends');
const reference = text(/^\S{1,256}$/, 'a reference');
const optionalReference = nullable(reference);
const when: Shape<string> = (value, path) =>
  typeof value === 'string' && dateRange(value) !== undefined ? value : refuse(path, 'must be a FHIR dateTime');
const instant: Shape<string> = (value, path) =>
  typeof value === 'string' && instantMs(value) !== undefined ? value : refuse(path, 'must be a FHIR instant');
const sensitivity: Shape<string> = (value, path) =>
  typeof value === 'string' && isSensitivity(value) ? value : refuse(path, 'must be a sensitivity of v3-ActCode');
const isoDates = { start: nullable(when), end: nullable(when) };
const period: Shape<PeriodFacts> = (value, path) => {
  const { start, end } = object(isoDates)(value, path);
  const isMeaningful = (start !== null || end !== null) && periodRange(start, end) !== undefined;
  return isMeaningful ? { start, end } : refuse(path, 'must be a period');
};
const recordDate: Shape<string | PeriodFacts> = (value, path) =>
  typeof value === 'string' ? when(value, path) : period(value, path);
/** Validity of a fact: from, until, either open. */
const validity = { from: nullable(when), until: nullable(when) };

const record = object({
  reference: optionalReference,
  patient: reference,
  custodian: optionalReference,
  class: token,
  recordClass: nullable(token),
  code: nullable(object({ system: token, code: token })),
  date: nullable(recordDate),
  author: optionalReference,
  confidentiality: nullable(oneOf(CONFIDENTIALITIES)),
  labels: many(sensitivity),
  policies: many(token),
  refersTo: many(reference),
  referredBy: many(reference),
});

const requester = object({
  organization: optionalReference,
  practitioner: optionalReference,
  practitionerRoles: many(reference),
  role: oneOf(ROLE_KINDS),
  person: optionalReference,
  onBehalfOf: optionalReference,
  attributes: many(token),
});

const request = object({
  purpose: token,
  action: oneOf(ACTIONS),
  time: instant,
  withinSkew: boolean,
  place: nullable(object({ facility: optionalReference, zone: nullable(token), revalidateAt: nullable(instant) })),
});

const relation = object({
  care: many(object({ kind: token, with: reference, ...validity })),
  delegations: many(object({ to: reference, ...validity })),
});

const registry = object({
  organization: oneOf(STANDINGS),
  organizationKind: nullable(oneOf(ORGANIZATION_KINDS)),
  practitioner: oneOf(STANDINGS),
  patient: oneOf(STANDINGS),
  facilityOrganization: optionalReference,
  credentialRevoked: boolean,
  legalHold: boolean,
  erasureInProgress: boolean,
  legalBases: many(object({ id: token, organization: reference, class: token, purpose: token, ...validity })),
});

const emergency = object({
  // A reason is free text: its form is nobody's business here, only whether it is stated.
  reason: nullable(text(/^[\s\S]{0,4096}$/, 'a text of at most 4096 characters')),
  secondClinician: nullable(object({ practitioner: reference, organization: reference })),
  reviewDue: nullable(instant),
  withinQuota: boolean,
});

const hours: Shape<HoursOfDay> = object({
  fromMinute: integer(0, DAY_MINUTES),
  untilMinute: integer(0, DAY_MINUTES),
});
const byRole = <T>(shape: Shape<T>) =>
  object({}, Object.fromEntries(ROLE_KINDS.map((role) => [role, shape])) as Record<RoleKind, Shape<T>>);
const settings = object({
  leaseMs: integer(1, MAX_LEASE_MS),
  zones: byRole(many(token)),
  hours: byRole(hours),
  masks: byRole(many(token)),
  redactions: byRole(many(sensitivity)),
});

const consent: Shape<unknown> = (value, path) => {
  const type = typeof value === 'object' && value !== null && 'resourceType' in value ? value.resourceType : undefined;
  return type === 'Consent' ? value : refuse(path, 'must be a FHIR Consent');
};

const facts: Shape<AccessFacts> = object({
  record,
  requester,
  request,
  relation,
  consents: many(consent),
  registry,
  emergency: nullable(emergency),
  settings,
});

/**
 * Takes facts from outside. Everything has to be there and in form; an unknown field may be one that would forbid, so it
 * is refused as well. The consents are only told apart here: an unreadable one is for its reader to refuse.
 *
 * @throws MedQuorumError `MQ_INPUT_INVALID`, naming the path and never the value
 */
export function requireAccessFacts(value: unknown): AccessFacts {
  const valid = facts(value, 'facts');
  const { organization, role } = valid.requester;
  if (organization === null && role !== 'patient' && role !== 'proxy') {
    refuse('facts.requester.organization', 'must be given for who works at one');
  }
  return valid;
}

/** @returns undefined for facts that are missing or malformed */
export function parseAccessFacts(value: unknown): AccessFacts | undefined {
  try {
    return requireAccessFacts(value);
  } catch (error) {
    if (error instanceof MedQuorumError && error.code === 'MQ_INPUT_INVALID') return undefined;
    throw error;
  }
}
