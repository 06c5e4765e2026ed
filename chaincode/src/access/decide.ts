import { type AccessCase, accessCase } from './access-case.ts';
import type { AccessDecision } from './access-decision.ts';
import type { AccessFacts } from './access-facts.ts';
import type { AccessRules } from './access-rule.ts';
import { ACCESS_RULES } from './access-rules.ts';
import { expiresAtMs } from './expiry.ts';
import { obligationsOf } from './obligations.ts';
import { parseAccessFacts } from './parse-access-facts.ts';
import type { ReasonCode } from './reason-codes.ts';

/**
 * The access decision (docs/access-decision.md): any denial wins, without a ground the answer is no, facts that are
 * missing or malformed are refused. Pure: the same facts give the same answer everywhere. Never throws.
 *
 * @param facts {@link AccessFacts}; anything else is `facts-malformed`
 */
export function decide(facts: unknown): AccessDecision {
  const parsed = parseAccessFacts(facts);
  return parsed === undefined ? FACTS_MALFORMED : decideByRules(ACCESS_RULES, parsed);
}

export const FACTS_MALFORMED: AccessDecision = {
  effect: 'deny',
  reasons: ['facts-malformed'],
  obligations: [],
  consentIds: [],
  expiresAt: null,
};

/** The same for facts that are known to be valid, and for a table of rules other than the consortium's. */
export function decideByRules(rules: AccessRules, facts: AccessFacts): AccessDecision {
  return decideCase(rules, accessCase(facts));
}

/** Every rule is evaluated, so that all reasons are known. */
export function decideCase({ constraints, grounds }: AccessRules, asked: AccessCase): AccessDecision {
  const denials = constraints.filter((rule) => rule.applies(asked)).map(({ code }) => code);
  const permits = grounds.filter((rule) => rule.applies(asked)).map(({ code }) => code);
  if (permits.length === 0) denials.push('no-ground');
  if (denials.length > 0) {
    const consentIds = idsOf(asked, ['deny', 'unreadable']);
    return { effect: 'deny', reasons: sorted(denials), obligations: [], consentIds, expiresAt: null };
  }
  const reasons: readonly ReasonCode[] = sorted(permits);
  return {
    effect: 'permit',
    reasons,
    obligations: sorted(obligationsOf(asked)),
    consentIds: idsOf(asked, ['permit']),
    expiresAt: new Date(expiresAtMs(asked)).toISOString(),
  };
}

function idsOf({ readings }: AccessCase, saying: readonly string[]): readonly string[] {
  return sorted(readings.flatMap(({ id, says }) => (id !== null && saying.includes(says) ? [id] : [])));
}

/** By code unit, without repeats: the same on every machine, whatever its locale. */
function sorted<T extends string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
