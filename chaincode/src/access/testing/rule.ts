import { accessCase } from '../access-case.ts';
import type { AccessRule } from '../access-rule.ts';
import { REASON_CODES } from '../reason-codes.ts';
import { type FactsChange, facts } from './facts.ts';

/** Whether the rule applies to some facts. What it compared has to be JSON, as an explanation is sent. */
export function applies(rule: AccessRule, change: FactsChange = {}): boolean {
  const asked = accessCase(facts(change));
  expect(Object.keys(REASON_CODES)).toContain(rule.code);
  expect(JSON.parse(JSON.stringify(rule.compared(asked)))).toEqual(rule.compared(asked));
  return rule.applies(asked);
}
