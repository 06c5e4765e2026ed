import type { AccessRule } from '../access-rule.ts';
import { asksAs } from '../requester-kind.ts';

/** C3. The regulator audits and never sees content. */
export const auditorNoContent: AccessRule = {
  code: 'auditor-no-content',
  applies: ({ facts }) => asksAs('regulator', facts),
  compared: ({ facts: { requester, registry } }) => ({
    role: requester.role,
    organizationKind: registry.organizationKind,
  }),
};
