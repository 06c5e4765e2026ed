import { RECORD_CLASS_SYSTEM } from '../access/consent-reading/match-provision.ts';
import { recordClassName } from '../consortium/consortium-configuration.ts';
import { CONFIDENTIALITIES } from '../schema/codes.ts';
import {
  CONSENT_ACTIONS,
  CONSENT_PURPOSES,
  POLICY_CODES,
  RESOURCE_TYPES,
  SENSITIVITY_LABELS,
  V3,
} from '../schema/fhir-codes.ts';
import { type FhirPeriod, fhirDateTime, fhirPeriod } from '../schema/fhir-date.ts';
import { mspId, uuid } from '../schema/identifiers.ts';
import { listOf, object, oneOf, refuse, type Shape, type Shaped, text } from '../schema/shape.ts';

/** Nesting of provisions below the root. */
export const MAX_PROVISION_DEPTH = 5;
/** Provisions of one consent, the root counted. */
export const MAX_PROVISIONS = 64;
const MAX_ALTERNATIVES = 64;

/** Systems that a consent may use, and the codes of each that it may name. */
const CODES: ReadonlyMap<string, Shape<string>> = new Map<string, Shape<string>>([
  [`${V3}consentscope`, oneOf(['patient-privacy', 'research', 'treatment', 'adr'])],
  [
    `${V3}consentcategorycodes`,
    oneOf(['acd', 'dnr', 'emrgonly', 'hcd', 'npp', 'polst', 'research', 'rsdid', 'rsreid']),
  ],
  [`${V3}consentaction`, oneOf(CONSENT_ACTIONS)],
  [`${V3}v3-ActReason`, oneOf(CONSENT_PURPOSES)],
  [`${V3}v3-Confidentiality`, oneOf(CONFIDENTIALITIES)],
  [`${V3}v3-ActCode`, oneOf([...SENSITIVITY_LABELS, ...POLICY_CODES, 'OPTIN', 'OPTOUT', 'IDSCL', 'INFA', 'RESEARCH'])],
  [`${V3}v3-ParticipationType`, oneOf(['IRCP', 'PRCP', 'CST', 'AUT', 'PRF', 'INF', 'LA'])],
  [
    `${V3}v3-RoleCode`,
    oneOf(['DELEGATEE', 'DELEGATOR', 'DPOWATT', 'HPOWATT', 'POWATT', 'SPOWATT', 'GUARD', 'RESPRSN']),
  ],
  [
    `${V3}extra-security-role-type`,
    oneOf(['authserver', 'datacollector', 'dataprocessor', 'datasubject', 'humanuser']),
  ],
  ['http://hl7.org/fhir/resource-types', oneOf(RESOURCE_TYPES)],
  ['http://loinc.org', text(/^[0-9]{1,7}-[0-9]$/, 'a LOINC code')],
  [RECORD_CLASS_SYSTEM, recordClassName],
]);

const codingForm = object({ system: oneOf([...CODES.keys()]), code: text(/^[^\s]{1,40}$/, 'a code') });
/** No `display`, `version` or `userSelected`. */
export type RestrictedCoding = Shaped<typeof codingForm>;

const coding: Shape<RestrictedCoding> = (value, path) => {
  const { system, code } = codingForm(value, path);
  const codesOfSystem = CODES.get(system) ?? refuse(`${path}.system`, 'must be a known code system');
  return { system, code: codesOfSystem(code, `${path}.code`) };
};
const codings = listOf(coding, 1, MAX_ALTERNATIVES);
/** No `text`. */
const concept = object({ coding: listOf(coding, 1, 4) });
const concepts = listOf(concept, 1, MAX_ALTERNATIVES);
export type RestrictedConcept = Shaped<typeof concept>;

const REFERENCED: ReadonlyMap<string, Shape<string>> = new Map<string, Shape<string>>([
  ['Organization', mspId],
  ['Patient', uuid],
  ['Practitioner', uuid],
  ['PractitionerRole', uuid],
  ['RelatedPerson', uuid],
]);
/** A literal reference to a party by its ledger id; no `display`, no `identifier`. */
const partyReference = object({ reference: party });
/** A record by its id, or a party as the author of what is meant. */
const dataReference = object({ reference: recordOrParty });

const actor = object({ role: concept, reference: partyReference });
const datum = object({
  meaning: oneOf(['instance', 'related', 'dependents', 'authoredby']),
  reference: dataReference,
});

export type RestrictedProvision = Readonly<{
  type?: 'deny' | 'permit';
  period?: FhirPeriod;
  actor?: readonly Shaped<typeof actor>[];
  action?: readonly RestrictedConcept[];
  securityLabel?: readonly RestrictedCoding[];
  purpose?: readonly RestrictedCoding[];
  class?: readonly RestrictedCoding[];
  code?: readonly RestrictedConcept[];
  dataPeriod?: FhirPeriod;
  data?: readonly Shaped<typeof datum>[];
  provision?: readonly RestrictedProvision[];
}>;

const provisionForm = object(
  {},
  {
    type: oneOf(['deny', 'permit']),
    period: fhirPeriod,
    actor: listOf(actor, 1, MAX_ALTERNATIVES),
    action: concepts,
    securityLabel: codings,
    purpose: codings,
    class: codings,
    code: concepts,
    dataPeriod: fhirPeriod,
    data: listOf(datum, 1, MAX_ALTERNATIVES),
    provision: listOf((value: unknown) => value, 1, MAX_PROVISIONS),
  },
);

const form = object(
  {
    resourceType: oneOf(['Consent']),
    status: oneOf(['active']),
    scope: concept,
    category: listOf(concept, 1, 8),
    patient: object({ reference: text(/^Patient\/[0-9a-f-]{36}$/, 'Patient/<pseudonym>') }),
    provision: rootProvision,
  },
  { dateTime: fhirDateTime, policyRule: concept },
);
/**
 * FHIR R4 Consent with nothing but coded elements, periods and references to pseudonymous ids: no narrative, text,
 * display, identifier, extension, contained resource, source or verification. A consent as it is given is `active`.
 */
export type RestrictedConsent = Shaped<typeof form>;

/** @throws MedQuorumError `MQ_INPUT_INVALID` naming the element */
export const restrictedConsent: Shape<RestrictedConsent> = (value, path) => {
  const consent = form(value, path);
  uuid(pseudonymOf(consent), `${path}.patient.reference`);
  return consent;
};

/** The pseudonym of the patient that the consent is of. */
export function pseudonymOf(consent: RestrictedConsent): string {
  return consent.patient.reference.slice('Patient/'.length);
}

function rootProvision(value: unknown, path: string): RestrictedProvision {
  const root = provision(value, path, 0);
  return countProvisions(root) <= MAX_PROVISIONS
    ? root
    : refuse(path, `must hold at most ${MAX_PROVISIONS} provisions`);
}

function provision(value: unknown, path: string, depth: number): RestrictedProvision {
  if (depth > MAX_PROVISION_DEPTH) refuse(path, `must nest at most ${MAX_PROVISION_DEPTH} deep`);
  const { provision: nested, ...own } = provisionForm(value, path);
  if (nested === undefined) return own;
  return { ...own, provision: nested.map((it, i) => provision(it, `${path}.provision[${i}]`, depth + 1)) };
}

function countProvisions(root: RestrictedProvision): number {
  return (root.provision ?? []).reduce((sum, nested) => sum + countProvisions(nested), 1);
}

function party(value: unknown, path: string): string {
  return reference(value, path, REFERENCED);
}

function recordOrParty(value: unknown, path: string): string {
  const records = RESOURCE_TYPES.map((type): [string, Shape<string>] => [type, uuid]);
  return reference(value, path, new Map([...records, ...REFERENCED]));
}

function reference(value: unknown, path: string, known: ReadonlyMap<string, Shape<string>>): string {
  const [type = '', id = '', ...rest] = typeof value === 'string' ? value.split('/') : [];
  const idForm = rest.length === 0 ? known.get(type) : undefined;
  if (idForm === undefined) return refuse(path, 'must be a literal reference to a ledger id');
  return `${type}/${idForm(id, path)}`;
}
