import type { AccessRule } from '../access-rule.ts';

/** C4. No certificate or key that the request rests on is revoked. */
export const credentialRevoked: AccessRule = {
  code: 'credential-revoked',
  applies: ({ facts: { registry } }) => registry.credentialRevoked,
  compared: ({ facts: { registry } }) => ({ credentialRevoked: registry.credentialRevoked }),
};
