/**
 * Whether something meets an element. `maybe`: the facts do not settle it. What is not settled never helps a permit and
 * never spares from a deny (docs/decisions, reading of consents).
 */
export type Match = 'yes' | 'maybe' | 'no';

/** Alternatives: the best of them. */
export function anyOf<T>(values: readonly T[], match: (value: T) => Match): Match {
  let best: Match = 'no';
  for (const value of values) {
    const one = match(value);
    if (one === 'yes') return 'yes';
    if (one === 'maybe') best = 'maybe';
  }
  return best;
}

export const yesIf = (holds: boolean): Match => (holds ? 'yes' : 'no');
