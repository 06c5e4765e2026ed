import { type AccessCase, namesSegregated } from '../access-case.ts';
import type { AccessRule } from '../access-rule.ts';
import { PART_2 } from '../code-systems/security-label.ts';
import { namesRecipient } from '../consent-reading/match-actor.ts';

/** C2. Under 42 CFR Part 2 the permit that names the labels names the recipient too; break-glass excepted. */
export const recipientNotNamed: AccessRule = {
  code: 'recipient-not-named',
  applies: (asked) =>
    asked.facts.record.policies.includes(PART_2) && !asked.isBreakGlass && permitsNamingRecipient(asked) === 0,
  compared: (asked) => ({
    policies: asked.facts.record.policies,
    permitsNamingRecipient: permitsNamingRecipient(asked),
    isBreakGlass: asked.isBreakGlass,
  }),
};

function permitsNamingRecipient({ facts: { record, requester }, permits }: AccessCase): number {
  return permits.filter((path) => {
    const provision = path.at(-1);
    return provision !== undefined && namesSegregated(path, record) && namesRecipient(provision, requester);
  }).length;
}
