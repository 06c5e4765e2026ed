import type { AccessRule } from '../access-rule.ts';
import { isPurposeOfUse } from '../code-systems/purpose-of-use.ts';

/** C3. The purpose is a code under PurposeOfUse of v3-ActReason, not an abstract one. */
export const purposeUnknown: AccessRule = {
  code: 'purpose-unknown',
  applies: ({ facts: { request } }) => !isPurposeOfUse(request.purpose),
  compared: ({ facts: { request } }) => ({ purpose: request.purpose }),
};
