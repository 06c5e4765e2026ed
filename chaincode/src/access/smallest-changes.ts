import type { AccessFacts } from './access-facts.ts';
import { ACCESS_RULES } from './access-rules.ts';
import { type AlteredFacts, alternatives, combinable } from './altered-facts.ts';
import { decideByRules } from './decide.ts';
import type { ReasonCode } from './reason-codes.ts';

/** One fact that would be otherwise. `from` and `to` are values of the facts, or words where the fact is a list. */
export type FactChange = Readonly<{ fact: string; from: unknown; to: unknown }>;

export const MAX_CHANGES = 4;
export const MAX_CHANGE_SETS = 24;
/** Bounds the search: `MAX_CHANGES` out of this many is below a thousand decisions. */
const MAX_COMBINED = 12;

/**
 * The smallest sets of changes that turn the answer: all of one change; where there is none, of two, and so on. A set is
 * built from changes that each take a reason away, so no change in it is idle.
 */
export function smallestChanges(facts: AccessFacts): readonly (readonly FactChange[])[] {
  const before = decideByRules(ACCESS_RULES, facts);
  const turns = (altered: AccessFacts) => decideByRules(ACCESS_RULES, altered).effect !== before.effect;
  const singles = alternatives(facts, before.effect).filter(({ apply }) => turns(apply(facts)));
  if (singles.length > 0) return singles.slice(0, MAX_CHANGE_SETS).map(({ change }) => [change]);
  if (before.effect === 'permit') return [];

  const helpful = combinable(facts)
    .filter(({ apply }) => takesAway(before.reasons, decideByRules(ACCESS_RULES, apply(facts)).reasons))
    .slice(0, MAX_COMBINED);
  for (let size = 2; size <= MAX_CHANGES; size += 1) {
    const found = combinations(helpful, size).filter((set) =>
      turns(set.reduce((altered, { apply }) => apply(altered), facts)),
    );
    if (found.length > 0) return found.slice(0, MAX_CHANGE_SETS).map((set) => set.map(({ change }) => change));
  }
  return [];
}

function takesAway(before: readonly ReasonCode[], after: readonly ReasonCode[]): boolean {
  return before.some((reason) => !after.includes(reason));
}

function combinations(items: readonly AlteredFacts[], size: number): readonly (readonly AlteredFacts[])[] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => combinations(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}
