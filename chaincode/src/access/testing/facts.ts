import { type AccessFacts, DEFAULT_ACCESS_SETTINGS } from '../access-facts.ts';

/** Changes to the parts of some facts; what is not given stays. */
export type FactsChange = Readonly<{
  [K in keyof AccessFacts]?: K extends 'consents' | 'emergency' ? AccessFacts[K] : Partial<AccessFacts[K]>;
}>;

export const PATIENT = 'Patient/p7';
export const NORTH = 'Organization/north';
export const SOUTH = 'Organization/south';
export const CLINICIAN = 'Practitioner/b';
export const NOON = '2025-03-01T12:00:00Z';

/**
 * Valid facts that nothing permits and nothing forbids: a clinician of the hospital south, with an open care relation,
 * asks from the clinical zone for treatment, for a record of the hospital north. One part varied at a time.
 */
export function facts(change: FactsChange = {}): AccessFacts {
  return {
    record: {
      reference: 'DocumentReference/d9',
      patient: PATIENT,
      custodian: NORTH,
      class: 'DocumentReference',
      recordClass: 'clinical',
      code: { system: 'http://loinc.org', code: '11488-4' },
      date: '2025-02-03T08:00:00Z',
      author: 'Practitioner/a',
      confidentiality: 'N',
      labels: [],
      policies: [],
      refersTo: [],
      referredBy: [],
      ...change.record,
    },
    requester: {
      organization: SOUTH,
      practitioner: CLINICIAN,
      practitionerRoles: ['PractitionerRole/south-gp'],
      role: 'clinician',
      person: null,
      onBehalfOf: null,
      attributes: [],
      ...change.requester,
    },
    request: {
      purpose: 'TREAT',
      action: 'access',
      time: NOON,
      withinSkew: true,
      place: { facility: 'Location/south-1', zone: 'clinical', revalidateAt: null },
      ...change.request,
    },
    relation: {
      care: [{ kind: 'treatment', with: SOUTH, from: null, until: null }],
      delegations: [],
      ...change.relation,
    },
    consents: change.consents ?? [],
    registry: {
      organization: 'active',
      organizationKind: 'hospital',
      practitioner: 'active',
      patient: 'active',
      facilityOrganization: SOUTH,
      credentialRevoked: false,
      legalHold: false,
      erasureInProgress: false,
      legalBases: [],
      ...change.registry,
    },
    emergency: change.emergency ?? null,
    settings: { ...DEFAULT_ACCESS_SETTINGS, ...change.settings },
  };
}

/** Who asks from home, by no organisation. */
export const PATIENT_AT_HOME: FactsChange = {
  requester: { role: 'patient', person: PATIENT, organization: null, practitioner: null, practitionerRoles: [] },
  request: { purpose: 'PATRQT', place: null },
  relation: { care: [] },
};
export const PROXY_AT_HOME: FactsChange = {
  ...PATIENT_AT_HOME,
  requester: { ...PATIENT_AT_HOME.requester, role: 'proxy', person: 'RelatedPerson/r', onBehalfOf: PATIENT },
};

/** An emergency that is accountable: with it, a clinician in the clinical zone may break the glass for ETREAT. */
export const EMERGENCY: NonNullable<AccessFacts['emergency']> = {
  reason: 'unconscious in the emergency room',
  secondClinician: null,
  reviewDue: '2025-03-02T12:00:00Z',
  withinQuota: true,
};

/** A clinician of another hospital breaks the glass, accountably. */
export const breakingTheGlass = (change: FactsChange = {}): AccessFacts =>
  facts({
    emergency: EMERGENCY,
    ...change,
    request: { purpose: 'ETREAT', ...change.request },
    relation: { care: [], ...change.relation },
  });
