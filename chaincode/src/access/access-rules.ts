import type { AccessRules } from './access-rule.ts';
import { auditorNoContent } from './rules/auditor-no-content.ts';
import { breakGlass } from './rules/break-glass.ts';
import { consentDenies } from './rules/consent-denies.ts';
import { consentPermits } from './rules/consent-permits.ts';
import { consentUnreadable } from './rules/consent-unreadable.ts';
import { credentialRevoked } from './rules/credential-revoked.ts';
import { custodianCare } from './rules/custodian-care.ts';
import { delegationInForce } from './rules/delegation-in-force.ts';
import { erasureInProgress } from './rules/erasure-in-progress.ts';
import { facilityNotOwn } from './rules/facility-not-own.ts';
import { hoursNotPermitted } from './rules/hours-not-permitted.ts';
import { insurerBeyondClaims } from './rules/insurer-beyond-claims.ts';
import { legalBasis } from './rules/legal-basis.ts';
import { legalHold } from './rules/legal-hold.ts';
import { noCareRelation } from './rules/no-care-relation.ts';
import { organizationNotInStanding } from './rules/organization-not-in-standing.ts';
import { patientNotInStanding } from './rules/patient-not-in-standing.ts';
import { patientSelf } from './rules/patient-self.ts';
import { practitionerNotInStanding } from './rules/practitioner-not-in-standing.ts';
import { purposeUnknown } from './rules/purpose-unknown.ts';
import { recipientNotNamed } from './rules/recipient-not-named.ts';
import { redisclosureBarred } from './rules/redisclosure-barred.ts';
import { researcherBeyondResearch } from './rules/researcher-beyond-research.ts';
import { segregatedNotNamed } from './rules/segregated-not-named.ts';
import { timeOutsideSkew } from './rules/time-outside-skew.ts';
import { zoneNotPermitted } from './rules/zone-not-permitted.ts';

/** Every rule of the access decision, one line each (docs/access-decision.md, section 3). */
export const ACCESS_RULES: AccessRules = {
  constraints: [
    consentDenies,
    consentUnreadable,
    segregatedNotNamed,
    recipientNotNamed,
    redisclosureBarred,
    purposeUnknown,
    insurerBeyondClaims,
    researcherBeyondResearch,
    auditorNoContent,
    zoneNotPermitted,
    hoursNotPermitted,
    facilityNotOwn,
    timeOutsideSkew,
    credentialRevoked,
    noCareRelation,
    organizationNotInStanding,
    practitionerNotInStanding,
    patientNotInStanding,
    legalHold,
    erasureInProgress,
  ],
  grounds: [consentPermits, patientSelf, delegationInForce, custodianCare, legalBasis, breakGlass],
};
