import type { AccessRule } from '../access-rule.ts';

/** C6. Where the requester has an organisation, it is registered and active. */
export const organizationNotInStanding: AccessRule = {
  code: 'organization-not-in-standing',
  applies: ({ facts: { requester, registry } }) =>
    requester.organization !== null && registry.organization !== 'active',
  compared: ({ facts: { requester, registry } }) => ({
    organization: requester.organization,
    standing: registry.organization,
  }),
};
