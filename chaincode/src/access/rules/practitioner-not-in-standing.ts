import type { AccessRule } from '../access-rule.ts';

/** C6. Where a practitioner asks, he is registered and active. */
export const practitionerNotInStanding: AccessRule = {
  code: 'practitioner-not-in-standing',
  applies: ({ facts: { requester, registry } }) =>
    requester.practitioner !== null && registry.practitioner !== 'active',
  compared: ({ facts: { requester, registry } }) => ({
    practitioner: requester.practitioner,
    standing: registry.practitioner,
  }),
};
