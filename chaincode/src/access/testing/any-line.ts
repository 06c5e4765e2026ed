import fc from 'fast-check';
import { periodRange } from '../consent-reading/date-range.ts';
import {
  action,
  actor,
  confidentiality,
  delegatee,
  type Json,
  policyRule,
  purpose,
  resourceType,
  scope,
  sensitivity,
} from './consents.ts';

/** Small pools, so that what consents say and what is asked meet often. */
const PURPOSES = ['TREAT', 'ETREAT', 'BTG', 'COC', 'HPAYMT', 'ELIGVER', 'HRESCH', 'CLINTRCH', 'PATRQT', 'PUBHLTH'];
const LABELS = ['PSY', 'SUD', 'OPIOIDUD', 'HIV', 'SEX', 'MH'];
const CONFIDENTIALITIES = ['U', 'N', 'R', 'V'];
const CLASSES = ['DocumentReference', 'Claim', 'Encounter'];
const PARTIES = [
  'Organization/north',
  'Organization/south',
  'Practitioner/a',
  'Practitioner/b',
  'PractitionerRole/gp',
  'RelatedPerson/r',
  'Patient/p7',
];
const RECORDS = ['DocumentReference/d9', 'DocumentReference/d8', ...PARTIES];
const DATES = ['2024', '2025-02', '2025-03-01', '2025-03-01T12:00:00Z', '2025-03-01T13:00:00+02:00', '2026-01-01'];
const one = <T>(values: readonly T[]) => fc.constantFrom(...values);
const some = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 2 });

const anyPeriod = fc
  .record({ start: one(DATES), end: one(DATES) }, { requiredKeys: [] })
  .filter((period) => Object.keys(period).length > 0);
const anyActor = fc.oneof(
  { arbitrary: one(PARTIES).map((party) => actor(party)), weight: 4 },
  one(PARTIES).map(delegatee),
);
const anyLabel = fc.oneof(
  one([...LABELS, 'SPI', 'BH', '42CFRPart2']).map(sensitivity),
  one(CONFIDENTIALITIES).map(confidentiality),
);
const anyDatum = fc.record({
  meaning: one(['instance', 'related', 'dependents', 'authoredby']),
  reference: one(RECORDS).map((reference) => ({ reference })),
});

/** Elements of a provision, few at a time. */
const ELEMENTS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  period: anyPeriod,
  actor: some(anyActor),
  action: some(one(['access', 'use', 'disclose']).map(action)),
  securityLabel: some(anyLabel),
  purpose: some(one(PURPOSES)).map((codes) => purpose(...codes)),
  class: some(one(CLASSES).map(resourceType)),
  code: some(one(['1-1', '2-2']).map((code) => ({ coding: [{ system: 'http://loinc.org', code }] }))),
  dataPeriod: anyPeriod,
  data: some(anyDatum),
};
export const anyElements: fc.Arbitrary<Json> = fc
  .subarray(Object.keys(ELEMENTS), { maxLength: 2 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, ELEMENTS[name] ?? fc.constant(null)]))));

const anyType = one(['permit', 'deny'] as const);

/** A provision nested at most `depth` levels; some carry what cannot be read. */
const anyProvision = (depth: number): fc.Arbitrary<Json> =>
  fc
    .tuple(
      anyElements,
      fc.oneof({ arbitrary: anyType, weight: 60 }, fc.constant('perhaps')),
      depth === 0 ? fc.constant([]) : fc.array(anyProvision(depth - 1), { maxLength: 2 }),
    )
    .map(([elements, type, provision]) => ({ ...elements, type, ...(provision.length > 0 ? { provision } : {}) }));

export const anyConsent: fc.Arbitrary<Json> = fc
  .record({
    id: one(['c1', 'c2', 'c3']),
    status: one(['active', 'active', 'active', 'active', 'inactive', 'draft']),
    scope: one(['patient-privacy', 'patient-privacy', 'patient-privacy', 'research', 'treatment']).map(scope),
    patient: one(['Patient/p7', 'Patient/p7', 'Patient/p7', 'Patient/p8']).map((reference) => ({ reference })),
    provision: anyProvision(2),
    rule: fc.option(one(['OPTIN', 'OPTOUT', 'OPTINR']), { freq: 3 }),
    isTyped: fc.boolean(),
  })
  .map(({ rule, isTyped, provision: { type, ...untyped }, ...rest }) => ({
    resourceType: 'Consent',
    ...rest,
    ...(rule === null ? {} : { policyRule: policyRule(rule) }),
    provision: rule === null || isTyped ? { type, ...untyped } : untyped,
  }));

/** Elements that can be read: no period that ends before it starts. */
const anyReadable = anyElements.filter((elements) =>
  [elements.period, elements.dataPeriod].every((period) => {
    const { start, end } = (period ?? {}) as { start?: string; end?: string };
    return periodRange(start, end) !== undefined;
  }),
);

/** One provision without exceptions, which can be read. */
export const flatConsent = (type: 'permit' | 'deny'): fc.Arbitrary<Json> =>
  fc.tuple(anyReadable, one(['f1', 'f2'])).map(([elements, id]) => ({
    resourceType: 'Consent',
    id,
    status: 'active',
    scope: scope('patient-privacy'),
    patient: { reference: 'Patient/p7' },
    provision: { type, ...elements },
  }));

export const anyRecord: fc.Arbitrary<Json> = fc.record({
  reference: one(['DocumentReference/d9', 'DocumentReference/d8']),
  patient: fc.constant('Patient/p7'),
  custodian: one(['Organization/north', 'Organization/south']),
  class: one(CLASSES),
  code: one([null, { system: 'http://loinc.org', code: '1-1' }]),
  date: one([null, '2025-03-01', '2025-03-01T12:00:00Z', '2024-07-01T00:00:00+02:00']),
  author: one([null, 'Practitioner/a', 'Practitioner/b']),
  confidentiality: one(['N', ...CONFIDENTIALITIES]),
  labels: fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, fc.subarray(LABELS, { maxLength: 2 })),
  policies: one([[], [], [], ['42CFRPart2']]),
});

const anyEmergency = fc.option(
  fc.record({
    declared: one([true, true, true, false]),
    reason: one(['shock', 'shock', null, ' ']),
    secondClinician: one([null, 'Practitioner/c', 'Practitioner/b']),
    review: one([null, 'within 24 h']),
  }),
);

const CLINIC = { facility: null, zone: 'clinical' };
export const anyRequester: fc.Arbitrary<Json> = fc.record({
  organization: one(['Organization/north', 'Organization/south']),
  practitioner: one([null, 'Practitioner/a', 'Practitioner/b']),
  practitionerRole: one([null, 'PractitionerRole/gp']),
  person: one([null, null, 'RelatedPerson/r', 'Patient/p7']),
  onBehalfOf: one([null, null, null, null, null, null, 'Patient/p7', 'Practitioner/b']),
  role: one([
    'clinician',
    'clinician',
    'clinician',
    'assistant',
    'researcher',
    'claims-officer',
    'auditor',
    'patient',
    'proxy',
    'wizard',
  ]),
  purpose: one(['TREAT', 'ETREAT', 'TREAT', ...PURPOSES, 'CURIOSITY']),
  action: one(['access', 'use', 'disclose']),
  place: one([
    CLINIC,
    CLINIC,
    CLINIC,
    { facility: 'Location/1', zone: 'clinical' },
    { facility: null, zone: 'office' },
    null,
  ]),
  careRelation: one([true, true, false]),
  emergency: anyEmergency,
  time: one(['2025-03-01T12:00:00Z', '2025-03-01T23:59:59.999Z', '2025-03-02T01:30:00+02:00']),
});

export const anyLine: fc.Arbitrary<Json> = fc.record({
  id: fc.constant('x'),
  consents: fc.array(anyConsent, { maxLength: 3 }),
  record: anyRecord,
  requester: anyRequester,
});
