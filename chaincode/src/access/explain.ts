import { type AccessCase, accessCase } from './access-case.ts';
import type { AccessDecision } from './access-decision.ts';
import type { AccessFacts } from './access-facts.ts';
import type { AccessRule, Compared } from './access-rule.ts';
import { ACCESS_RULES } from './access-rules.ts';
import type { Match } from './consent-reading/match.ts';
import { elementMatches } from './consent-reading/match-provision.ts';
import type { ConsentReading } from './consent-reading/read-consent.ts';
import { decideCase, FACTS_MALFORMED } from './decide.ts';
import { parseAccessFacts } from './parse-access-facts.ts';
import { REASON_CODES, type ReasonCode } from './reason-codes.ts';
import { type FactChange, smallestChanges } from './smallest-changes.ts';

/** Why a decision is as it is (docs/access-decision.md, section 5). It repeats facts: show it only to who may see them. */
export type AccessExplanation = Readonly<{
  decision: AccessDecision;
  rules: readonly RuleExplanation[];
  consents: readonly ConsentExplanation[];
  /** Each a smallest set of facts that, changed together, would turn the answer; empty where none was found. */
  changes: readonly (readonly FactChange[])[];
}>;

export type RuleExplanation = Readonly<{
  code: ReasonCode;
  /** Of docs/access-decision.md. */
  rule: string;
  sentence: string;
  kind: 'constraint' | 'ground';
  applied: boolean;
  compared: Compared;
}>;

export type ConsentExplanation = Readonly<{
  id: string | null;
  says: ConsentReading['says'];
  /** FHIR path of what does not let it count, or cannot be read. */
  where: string | null;
  /** How each element of the root provision compares; `null` where the consent was not read. */
  elements: Readonly<Record<string, Match>> | null;
}>;

/** Explains {@link decide}'s answer to the same facts: every rule, applied or not, with the values compared. */
export function explain(facts: unknown): AccessExplanation {
  const parsed = parseAccessFacts(facts);
  return parsed === undefined
    ? { decision: FACTS_MALFORMED, rules: [], consents: [], changes: [] }
    : explainValid(parsed);
}

function explainValid(facts: AccessFacts): AccessExplanation {
  const asked = accessCase(facts);
  const explainRule = (kind: RuleExplanation['kind']) => (rule: AccessRule) => ({
    code: rule.code,
    ...REASON_CODES[rule.code],
    kind,
    applied: rule.applies(asked),
    compared: rule.compared(asked),
  });
  return {
    decision: decideCase(ACCESS_RULES, asked),
    rules: [
      ...ACCESS_RULES.constraints.map(explainRule('constraint')),
      ...ACCESS_RULES.grounds.map(explainRule('ground')),
    ],
    consents: asked.readings.map((reading) => explainReading(reading, asked)),
    changes: smallestChanges(facts),
  };
}

function explainReading(reading: ConsentReading, asked: AccessCase): ConsentExplanation {
  return {
    id: reading.id,
    says: reading.says,
    where: 'where' in reading ? reading.where : null,
    elements: 'root' in reading ? elementMatches(reading.root, asked) : null,
  };
}
