import type { AccessRule } from '../access-rule.ts';
import { PART_2 } from '../code-systems/security-label.ts';

/** C2. What is under 42 CFR Part 2 is not passed on by who received it: only its custodian discloses it. */
export const redisclosureBarred: AccessRule = {
  code: 'redisclosure-barred',
  applies: ({ facts: { record, request, requester } }) =>
    record.policies.includes(PART_2) && request.action === 'disclose' && requester.organization !== record.custodian,
  compared: ({ facts: { record, request, requester } }) => ({
    policies: record.policies,
    action: request.action,
    organization: requester.organization,
    custodian: record.custodian,
  }),
};
