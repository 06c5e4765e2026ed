import type { AccessRule } from '../access-rule.ts';

/** C6. The record is not under legal hold. */
export const legalHold: AccessRule = {
  code: 'legal-hold',
  applies: ({ facts: { registry } }) => registry.legalHold,
  compared: ({ facts: { registry } }) => ({ legalHold: registry.legalHold }),
};
