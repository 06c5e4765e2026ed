import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../deploy/${file}`, import.meta.url)), 'utf8');

/** Words of PromQL that our expressions use; anything else outside selectors would be a metric without one. */
const WORDS: ReadonlySet<string> = new Set(
  'sum max count floor rate changes min_over_time max_over_time histogram_quantile clamp_min by on group_right and __rate_interval'.split(
    ' ',
  ),
);
/** Written by Prometheus itself for every target. */
const OWN = 'up';

type Panel = { targets: { expr: string }[] };
type AlertGroup = { rules: { expr: string }[] };

/** Every expression of the dashboard and the alerts. */
export function watchedExpressions(): readonly string[] {
  const { panels } = JSON.parse(read('grafana/medquorum.json')) as { panels: Panel[] };
  const { groups } = parse(read('prometheus/alerts.yaml')) as { groups: AlertGroup[] };
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ];
}

/** Names of all metrics in an expression: each is written with a selector. @throws where a word is neither */
export function metricsIn(expression: string): readonly string[] {
  const names = [...expression.matchAll(/([A-Za-z_]\w*)\{[^}]*\}/g)].map(([, name = '']) => name);
  const rest = expression
    .replace(/[A-Za-z_]\w*\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\boffset \d+[smh]/g, '')
    .replace(/\b(by|on) \([^)]*\)/g, '');
  const unknown = (rest.match(/[A-Za-z_]\w*/g) ?? []).filter((word) => !WORDS.has(word));
  if (unknown.length > 0 || names.length === 0)
    throw new Error(`${expression}: ${unknown.join(', ')} without a selector`);
  return names.filter((name) => name !== OWN);
}

export const watchedMetrics = (): ReadonlySet<string> => new Set(watchedExpressions().flatMap(metricsIn));

/** Gateways' own metrics; all others are of peers and orderers. */
export const isOfGateway = (name: string) => name.startsWith('medquorum_');

/** What of these names a process that answers at `url` does not show; samples of a histogram belong to it. */
export async function missingAt(url: string, names: Iterable<string>): Promise<readonly string[]> {
  const text = await (await fetch(url)).text();
  const shown = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => [name, type]));
  return [...names].filter((name) => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return !shown.has(name) && shown.get(base) !== 'histogram';
  });
}
