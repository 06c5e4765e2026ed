import type { AccessRule } from '../access-rule.ts';
import { isPayment } from '../code-systems/purpose-of-use.ts';
import { asksAs } from '../requester-kind.ts';

export const CLAIM_CLASSES: readonly string[] = ['Claim', 'Coverage', 'Encounter', 'ExplanationOfBenefit'];

/** C3. An insurer sees what claims need, for payment purposes, and no more. */
export const insurerBeyondClaims: AccessRule = {
  code: 'insurer-beyond-claims',
  applies: ({ facts }) =>
    asksAs('insurer', facts) && !(isPayment(facts.request.purpose) && CLAIM_CLASSES.includes(facts.record.class)),
  compared: ({ facts: { requester, registry, request, record } }) => ({
    role: requester.role,
    organizationKind: registry.organizationKind,
    purpose: request.purpose,
    class: record.class,
    classesForClaims: CLAIM_CLASSES,
  }),
};
