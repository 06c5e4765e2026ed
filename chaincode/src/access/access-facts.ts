/**
 * Everything the access decision may look at, gathered before it is asked (docs/access-decision.md, section 1).
 * Plain JSON: the same facts give the same answer on every endorser, in the gateway and in an auditor's hands.
 *
 * References are relative FHIR references (`Patient/<pseudonym>`, `Organization/<mspId>`, `Practitioner/<id>`).
 * Instants are FHIR R4 `instant`s with a time zone; a record's date may be partial. Every field is present; what is
 * not known is `null` or an empty list. An unknown field makes the facts malformed.
 */
export type AccessFacts = Readonly<{
  record: RecordFacts;
  requester: RequesterFacts;
  request: RequestFacts;
  relation: RelationFacts;
  /** Every consent of the patient as stored, FHIR R4 Consent resources, in force or not. */
  consents: readonly unknown[];
  registry: RegistryFacts;
  emergency: EmergencyFacts | null;
  settings: AccessSettings;
}>;

export type RecordFacts = Readonly<{
  /** Reference of the record itself, `DocumentReference/<id>`. */
  reference: string | null;
  patient: string;
  custodian: string | null;
  /** FHIR resource type. */
  class: string;
  /** The consortium's record class (clinical, claim, segregated ...). */
  recordClass: string | null;
  code: CodingFacts | null;
  /** A FHIR dateTime, possibly partial, or a period of them: when the data is from. */
  date: string | PeriodFacts | null;
  author: string | null;
  confidentiality: Confidentiality | null;
  /** Sensitivity codes of v3-ActCode. */
  labels: readonly string[];
  /** Policy codes, for example `42CFRPart2`. */
  policies: readonly string[];
  /** What the record refers to, beyond patient, custodian and author (its encounter, for example). */
  refersTo: readonly string[];
  /** What refers to the record. */
  referredBy: readonly string[];
}>;

export type CodingFacts = Readonly<{ system: string; code: string }>;
export type PeriodFacts = Readonly<{ start: string | null; end: string | null }>;

/** v3-Confidentiality, lowest first. */
export const CONFIDENTIALITIES = ['U', 'L', 'M', 'N', 'R', 'V'] as const;
export type Confidentiality = (typeof CONFIDENTIALITIES)[number];

export const ROLE_KINDS = [
  'administrator',
  'assistant',
  'auditor',
  'claims-officer',
  'clinician',
  'patient',
  'proxy',
  'researcher',
  'verifier',
] as const;
export type RoleKind = (typeof ROLE_KINDS)[number];

export type RequesterFacts = Readonly<{
  /** Taken from the certificate. Only a patient or a proxy may have none. */
  organization: string | null;
  practitioner: string | null;
  /** PractitionerRole references held at the time of the request. */
  practitionerRoles: readonly string[];
  role: RoleKind;
  /** The patient or related person who acts, when it is not a practitioner. */
  person: string | null;
  /** Whom the requester acts for, when not for himself. */
  onBehalfOf: string | null;
  /** Attributes proven by signature, `<authority>:<name>`. */
  attributes: readonly string[];
}>;

/** Codes of http://terminology.hl7.org/CodeSystem/consentaction. */
export const ACTIONS = ['access', 'collect', 'correct', 'disclose', 'use'] as const;
export type Action = (typeof ACTIONS)[number];

export type RequestFacts = Readonly<{
  /** One purpose-of-use code of v3-ActReason. */
  purpose: string;
  action: Action;
  /** The transaction's timestamp. */
  time: string;
  /** What the skew check said of that timestamp: the clock itself is no fact. */
  withinSkew: boolean;
  place: PlaceFacts | null;
}>;

export type PlaceFacts = Readonly<{
  facility: string | null;
  zone: string | null;
  /** When the organisation's attestation of the place has to be renewed. */
  revalidateAt: string | null;
}>;

export type RelationFacts = Readonly<{
  /** Care relations of the record's patient. One is open where the time lies inside its period. */
  care: readonly CareRelation[];
  /** Recorded delegations of the record's patient to a person. */
  delegations: readonly Delegation[];
}>;
export type CareRelation = Readonly<{ kind: string; with: string; from: string | null; until: string | null }>;
export type Delegation = Readonly<{ to: string; from: string | null; until: string | null }>;

export const STANDINGS = ['active', 'suspended', 'left', 'unknown'] as const;
export type Standing = (typeof STANDINGS)[number];
export const ORGANIZATION_KINDS = ['hospital', 'insurer', 'research', 'regulator'] as const;
export type OrganizationKind = (typeof ORGANIZATION_KINDS)[number];

export type RegistryFacts = Readonly<{
  organization: Standing;
  /** Kind of the requester's organisation; `null` where it is not stated. */
  organizationKind: OrganizationKind | null;
  practitioner: Standing;
  patient: Standing;
  /** Organisation the facility of the request is registered to; `null` where it is not registered. */
  facilityOrganization: string | null;
  /** A certificate or key that the request rests on is revoked. */
  credentialRevoked: boolean;
  legalHold: boolean;
  erasureInProgress: boolean;
  legalBases: readonly LegalBasis[];
}>;

/** A basis in law on the registry: for whom, which record class (FHIR type or consortium class), for which purpose. */
export type LegalBasis = Readonly<{
  id: string;
  organization: string;
  class: string;
  purpose: string;
  from: string | null;
  until: string | null;
}>;

export type EmergencyFacts = Readonly<{
  reason: string | null;
  secondClinician: Readonly<{ practitioner: string; organization: string }> | null;
  /** When the review afterwards is due at the latest. */
  reviewDue: string | null;
  /** True while the organisation may still open an emergency access to be reviewed afterwards. */
  withinQuota: boolean;
}>;

/** The consortium's choices, the same on every node (docs/access-decision.md, sections 3 and 4). */
export type AccessSettings = Readonly<{
  leaseMs: number;
  /** Zones a role may ask from; a role that is not listed may ask from any. */
  zones: Readonly<Partial<Record<RoleKind, readonly string[]>>>;
  /** Hours of the day, UTC, a role may ask in; a role that is not listed may ask at any. */
  hours: Readonly<Partial<Record<RoleKind, HoursOfDay>>>;
  /** FHIRPath paths masked for a role. */
  masks: Readonly<Partial<Record<RoleKind, readonly string[]>>>;
  /** Sensitivity labels whose marked parts are redacted for a role. */
  redactions: Readonly<Partial<Record<RoleKind, readonly string[]>>>;
}>;
/** Minutes of the day, start included, end not; an end at or before the start passes midnight. */
export type HoursOfDay = Readonly<{ fromMinute: number; untilMinute: number }>;

export const DEFAULT_LEASE_MS = 15 * 60 * 1000;
export const DEFAULT_ACCESS_SETTINGS: AccessSettings = {
  leaseMs: DEFAULT_LEASE_MS,
  zones: { clinician: ['clinical'] },
  hours: {},
  masks: {},
  redactions: {},
};
