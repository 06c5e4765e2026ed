import type { AccessRule } from '../access-rule.ts';
import { isTreatment } from '../code-systems/purpose-of-use.ts';

/** C5. TREAT and below, asked by others than the custodian, needs an open care relation; break-glass excepted. */
export const noCareRelation: AccessRule = {
  code: 'no-care-relation',
  applies: ({ facts: { record, requester, request }, openCare, isBreakGlass }) =>
    isTreatment(request.purpose) &&
    (requester.organization === null || requester.organization !== record.custodian) &&
    openCare.length === 0 &&
    !isBreakGlass,
  compared: ({ facts: { record, requester, request }, openCare, isBreakGlass }) => ({
    purpose: request.purpose,
    organization: requester.organization,
    custodian: record.custodian,
    openCareRelations: openCare.length,
    isBreakGlass,
  }),
};
