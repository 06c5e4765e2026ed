import { PRACTITIONER_ROLES } from '@medquorum/chaincode/schema/codes';
import { parseScopes, type Scope } from './scopes.ts';

/** Who logs in: a practitioner in one of his roles, a patient, or a hospital system. */
export const ACCOUNT_ROLES = [...PRACTITIONER_ROLES, 'patient', 'system'] as const;
export type AccountRole = (typeof ACCOUNT_ROLES)[number];

/**
 * What a role may do here when its account or token names no narrower scopes. Scopes open the door of a route; what
 * comes back is still decided on the ledger.
 */
const ROLE_SCOPES: Readonly<Record<AccountRole, string>> = {
  administrator:
    'user/Organization.rs user/Practitioner.crus user/Patient.crs user/EpisodeOfCare.crus user/DocumentReference.s user/Provenance.rs user/AuditEvent.crs user/Consent.rs',
  clinician:
    'user/Organization.rs user/Practitioner.rs user/Patient.crs user/EpisodeOfCare.crus user/DocumentReference.crus user/Provenance.crs user/Consent.crus user/AuditEvent.crs user/Bundle.c',
  assistant:
    'user/Organization.rs user/Practitioner.rs user/Patient.crs user/EpisodeOfCare.crus user/DocumentReference.s user/Consent.crus user/AuditEvent.rs',
  verifier:
    'user/Organization.rs user/Practitioner.rs user/DocumentReference.rs user/Provenance.crs user/AuditEvent.crs',
  researcher: 'user/Organization.rs user/DocumentReference.rs user/Provenance.rs user/AuditEvent.crs',
  'claims-officer': 'user/Organization.rs user/DocumentReference.rs user/Provenance.rs user/AuditEvent.crs',
  auditor:
    'user/Organization.rs user/Practitioner.rs user/DocumentReference.rs user/Provenance.rs user/Consent.rs user/AuditEvent.crs',
  patient:
    'patient/Patient.r patient/DocumentReference.rs patient/Provenance.rs patient/Consent.crus patient/EpisodeOfCare.crus patient/AuditEvent.crs',
  system: 'system/*.cruds',
};

export function scopesOf(role: AccountRole): readonly Scope[] {
  return parseScopes(ROLE_SCOPES[role]);
}

export function scopeTextOf(role: AccountRole): string {
  return ROLE_SCOPES[role];
}

export function isAccountRole(value: unknown): value is AccountRole {
  return (ACCOUNT_ROLES as readonly unknown[]).includes(value);
}
