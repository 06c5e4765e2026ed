import type { Json } from './consents.ts';

/** A line of `medquorum decide` as the specification shows it, parts replaced. */
export function trialLine(
  change: Readonly<{ record?: Json; requester?: Json; consents?: unknown; id?: unknown }> = {},
): Json {
  return {
    id: change.id ?? 'x1',
    consents: change.consents ?? [],
    record: {
      reference: 'DocumentReference/d9',
      patient: 'Patient/p7',
      custodian: 'Organization/north',
      class: 'DocumentReference',
      code: { system: 'http://loinc.org', code: '11488-4' },
      date: '2025-02-03T08:00:00Z',
      author: 'Practitioner/a',
      confidentiality: 'R',
      labels: ['PSY'],
      policies: ['42CFRPart2'],
      ...change.record,
    },
    requester: {
      organization: 'Organization/south',
      practitioner: 'Practitioner/b',
      practitionerRole: 'PractitionerRole/south-gp',
      person: null,
      onBehalfOf: null,
      role: 'clinician',
      purpose: 'TREAT',
      action: 'access',
      place: { facility: 'Location/south-1', zone: 'clinical' },
      careRelation: true,
      emergency: { declared: true, reason: '...', secondClinician: 'Practitioner/c', review: 'within 24 h' },
      time: '2025-03-01T12:00:00Z',
      ...change.requester,
    },
  };
}
