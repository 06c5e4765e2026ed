import type { AccessRule } from '../access-rule.ts';
import { isTreatment } from '../code-systems/purpose-of-use.ts';

/** G3. The custodian's own clinicians, with an open care relation, for treatment. */
export const custodianCare: AccessRule = {
  code: 'custodian-care',
  applies: ({ facts: { record, requester, request }, openCare }) =>
    requester.role === 'clinician' &&
    requester.organization !== null &&
    requester.organization === record.custodian &&
    isTreatment(request.purpose) &&
    openCare.length > 0,
  compared: ({ facts: { record, requester, request }, openCare }) => ({
    role: requester.role,
    organization: requester.organization,
    custodian: record.custodian,
    purpose: request.purpose,
    openCareRelations: openCare.length,
  }),
};
