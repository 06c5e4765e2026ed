import type { AccessRule } from '../access-rule.ts';
import { isResearch } from '../code-systems/purpose-of-use.ts';
import { asksAs } from '../requester-kind.ts';

/** C3. A researcher asks for HRESCH and below; what he is given is de-identified. */
export const researcherBeyondResearch: AccessRule = {
  code: 'researcher-beyond-research',
  applies: ({ facts }) => asksAs('research', facts) && !isResearch(facts.request.purpose),
  compared: ({ facts: { requester, registry, request } }) => ({
    role: requester.role,
    organizationKind: registry.organizationKind,
    purpose: request.purpose,
  }),
};
