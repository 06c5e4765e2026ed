import type { AccessRule } from '../access-rule.ts';

/** C4. A facility known to be of another organisation; one that is not registered is not known to be. */
export const facilityNotOwn: AccessRule = {
  code: 'facility-not-own',
  applies: ({ facts: { request, requester, registry } }) =>
    (request.place?.facility ?? null) !== null &&
    registry.facilityOrganization !== null &&
    registry.facilityOrganization !== requester.organization,
  compared: ({ facts: { request, requester, registry } }) => ({
    facility: request.place?.facility ?? null,
    facilityOrganization: registry.facilityOrganization,
    organization: requester.organization,
  }),
};
