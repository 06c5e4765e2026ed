/** One line of a transcript. */
export type TranscriptStep = Readonly<{ scenario: string; step: string; outcome: unknown }>;

export type Comparison = Readonly<{
  same: number;
  /** Steps of the golden transcript that are missing or answered differently. */
  differences: readonly Readonly<{ key: string; golden: string; actual: string }>[];
  /** Steps that only the actual transcript has; they are not judged. */
  extra: number;
}>;

export type CompareOptions = Readonly<{
  /** Compares codes and results only. */
  ignoreMessages?: boolean;
  /** Golden steps of other scenarios are left out. */
  scenarios?: ReadonlySet<string>;
}>;

/** Steps of a transcript: JSON lines. */
export function parseTranscript(text: string): TranscriptStep[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TranscriptStep);
}

/** The steps of several transcripts; a later one's answer to the same step replaces an earlier one's. */
export function overlay(...transcripts: readonly (readonly TranscriptStep[])[]): TranscriptStep[] {
  return [...new Map(transcripts.flat().map((step) => [keyOf(step), step])).values()];
}

/** The steps of `actual` that `base` lacks or answers differently. */
export function stepsBeyond(base: readonly TranscriptStep[], actual: readonly TranscriptStep[]): TranscriptStep[] {
  const known = new Map(base.map((step) => [keyOf(step), canonical(step.outcome, false)]));
  return actual.filter((step) => known.get(keyOf(step)) !== canonical(step.outcome, false));
}

/** Every golden step must be in `actual` with an equal outcome; the order of an object's fields is of no account. */
export function compareTranscripts(
  golden: readonly TranscriptStep[],
  actual: readonly TranscriptStep[],
  { ignoreMessages = false, scenarios }: CompareOptions = {},
): Comparison {
  const outcomes = new Map(actual.map((step) => [keyOf(step), step.outcome]));
  const judged = golden.filter(({ scenario }) => scenarios === undefined || scenarios.has(scenario));
  const differences: { key: string; golden: string; actual: string }[] = [];
  for (const step of judged) {
    const key = keyOf(step);
    const wanted = canonical(step.outcome, ignoreMessages);
    const found = outcomes.has(key) ? canonical(outcomes.get(key), ignoreMessages) : '(no such step)';
    if (wanted !== found) differences.push({ key, golden: wanted, actual: found });
  }
  const goldenKeys = new Set(golden.map(keyOf));
  const extra = [...outcomes.keys()].filter((key) => !goldenKeys.has(key)).length;
  return { same: judged.length - differences.length, differences, extra };
}

const keyOf = ({ scenario, step }: TranscriptStep) => `${scenario} / ${step}`;

function canonical(value: unknown, ignoreMessages: boolean): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const kept = Object.entries(inner).filter(([name]) => !ignoreMessages || (name !== 'message' && name !== 'msg'));
    return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
