import type { ConsentState } from '../consent/consent-state.ts';
import type { ConsortiumConfiguration } from '../consortium/consortium-configuration.ts';
import type { CareState, PatientState } from '../patient/patient-state.ts';
import type { RecordHeader } from '../record/record-header.ts';
import type { RecordState } from '../record/record-state.ts';
import type { PartyStatus } from '../registry/registry-state.ts';
import type { DecideArgs } from './access-args.ts';
import { type AccessFacts, DEFAULT_ACCESS_SETTINGS, type EmergencyFacts, type Standing } from './access-facts.ts';
import type { Requester } from './requester-of.ts';

/** What a request rests on, whatever record it is about: read once for all of them. */
export type RequestBasis = Readonly<{
  args: DecideArgs;
  requester: Requester;
  patient: PatientState;
  /** Care relations of the patient with the requester's organisation. */
  care: CareState | undefined;
  consents: readonly ConsentState[];
  configuration: ConsortiumConfiguration;
  emergency: EmergencyFacts | null;
  /** MSP id of the organisation that the facility is registered to. */
  facilityOwner: string | null;
  /** The transaction's time. */
  time: string;
}>;

/** A record as far as a decision looks at it. */
export type DecidedRecord = Readonly<{
  head: Pick<RecordState, 'recordId' | 'custodian' | 'class'>;
  header: RecordHeader;
}>;

/** The facts of one record under one request: ledger ids become FHIR references, what is not known is null. Pure. */
export function factsOf(basis: RequestBasis, { head, header }: DecidedRecord): AccessFacts {
  const { args, requester, patient, care, consents, configuration, emergency, facilityOwner, time } = basis;
  const { organization, practitioner, roles, person } = requester;
  const { place } = args;
  return {
    record: {
      reference: `${header.type}/${head.recordId}`,
      patient: `Patient/${patient.pseudonym}`,
      custodian: `Organization/${head.custodian}`,
      class: header.type,
      recordClass: head.class,
      code: header.code ?? null,
      date: dateFacts(header.date),
      author: reference('Practitioner', header.author),
      confidentiality: header.confidentiality,
      labels: header.labels,
      policies: header.policies,
      refersTo: [],
      referredBy: [],
    },
    requester: {
      organization: reference('Organization', organization?.mspId),
      practitioner: reference('Practitioner', practitioner?.practitionerId),
      practitionerRoles: roles.map(({ id }) => `PractitionerRole/${id}`),
      role: args.role,
      person: reference('Patient', person),
      onBehalfOf: args.role === 'proxy' ? `Patient/${patient.pseudonym}` : null,
      attributes: [],
    },
    request: {
      purpose: args.purpose,
      action: args.action,
      time,
      withinSkew: true, // or the transaction would not be here
      place: place && { facility: `Location/${place.facility}`, zone: place.zone, revalidateAt: place.until },
    },
    relation: {
      care: (care?.relations ?? []).map(({ relation, practitioner: treating, from, until }) => ({
        kind: relation,
        with: treating === null ? `Organization/${care?.mspId}` : `Practitioner/${treating}`,
        from,
        until,
      })),
      delegations: [],
    },
    consents: consents.map(({ consent, consentId, status }) => ({
      ...consent,
      id: consentId,
      status: status === 'active' ? 'active' : 'inactive',
    })),
    registry: {
      organization: standing(organization?.status),
      organizationKind: organization?.organizationKind ?? null,
      practitioner: standing(practitioner?.status),
      patient: standing(patient.status),
      facilityOrganization: reference('Organization', facilityOwner),
      credentialRevoked: false, // an author whose key is not the current one does not come this far
      legalHold: false,
      erasureInProgress: false,
      legalBases: [],
    },
    emergency,
    settings: { ...DEFAULT_ACCESS_SETTINGS, leaseMs: configuration.leaseSeconds * 1000 },
  };
}

function reference(type: string, id: string | null | undefined): string | null {
  return id === null || id === undefined ? null : `${type}/${id}`;
}

function dateFacts(date: RecordHeader['date']): AccessFacts['record']['date'] {
  if (date === undefined || typeof date === 'string') return date ?? null;
  const { start = null, end = null } = date;
  return start === null && end === null ? null : { start, end };
}

function standing(status: PartyStatus | undefined): Standing {
  if (status === undefined) return 'unknown';
  if (status === 'active') return 'active';
  return status === 'suspended:left' ? 'left' : 'suspended';
}
