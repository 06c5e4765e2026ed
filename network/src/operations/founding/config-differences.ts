import type { ChannelConfig } from '../governance/channel-config.ts';

/** One place where two configurations differ; `path` as in the configuration's JSON, the values shortened for people. */
export type ConfigDifference = Readonly<{ path: string; expected: string; found: string }>;

const MAX_SHOWN = 80;
const ABSENT = 'nothing';

/** Where `found` is not as `expected`, in the order of the paths; members of objects are compared by name, lists by place. */
export function configDifferences(expected: ChannelConfig, found: ChannelConfig): readonly ConfigDifference[] {
  return [
    ...differencesAt('sequence', expected.sequence, found.sequence),
    ...differencesAt('', expected.channel_group, found.channel_group),
  ];
}

function differencesAt(path: string, expected: unknown, found: unknown): readonly ConfigDifference[] {
  if (isContainer(expected) && isContainer(found) && Array.isArray(expected) === Array.isArray(found)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
    return names.flatMap((name) =>
      differencesAt(path === '' ? name : `${path}.${name}`, own(expected, name), own(found, name)),
    );
  }
  if (expected === found) return [];
  return [{ path, expected: shown(expected), found: shown(found) }];
}

/** A configuration may have a group of any name, `constructor` too. */
const own = (container: Record<string, unknown>, name: string) =>
  Object.hasOwn(container, name) ? container[name] : undefined;

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  if (value === undefined) return ABSENT;
  const text = JSON.stringify(value);
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}...`;
}
