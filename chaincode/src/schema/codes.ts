/** Closed sets of codes on the ledger. */
export const ORGANIZATION_KINDS = ['hospital', 'insurer', 'research', 'regulator'] as const;
export type OrganizationKind = (typeof ORGANIZATION_KINDS)[number];

/** Zones of a facility, as consortium.yaml has them. */
export const ZONES = ['clinical', 'administrative', 'research'] as const;
export type Zone = (typeof ZONES)[number];

/** Kinds of role that a practitioner holds at an organisation. */
export const PRACTITIONER_ROLES = [
  'clinician',
  'assistant',
  'administrator',
  'researcher',
  'verifier',
  'claims-officer',
  'auditor',
] as const;
export type PractitionerRoleKind = (typeof PRACTITIONER_ROLES)[number];

/** v3-Confidentiality, least to most. */
export const CONFIDENTIALITIES = ['U', 'L', 'M', 'N', 'R', 'V'] as const;
export type Confidentiality = (typeof CONFIDENTIALITIES)[number];

/** Why a party is suspended. */
export const SUSPENSION_REASONS = ['key-compromised', 'left', 'inquiry', 'error'] as const;
/** Why a version is marked entered-in-error. */
export const ERROR_REASONS = ['wrong-patient', 'wrong-content', 'duplicate', 'not-performed'] as const;
/** What a care relation is. */
export const CARE_RELATION_KINDS = ['encounter', 'treatment', 'referral', 'follow-up', 'emergency'] as const;
export type CareRelationKind = (typeof CARE_RELATION_KINDS)[number];
