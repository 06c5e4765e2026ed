import { canonicalJson, type JsonValue } from '@medquorum/crypto/encoding/canonical-json';
import type { ConsortiumConfiguration } from './consortium-configuration.ts';

/** One thing that two configurations say otherwise; undefined where one of them does not have it. */
export type ConfigurationChange = Readonly<{
  /** Such as `recordClasses.clinical.attestations`, `members.CityHospitalMSP`, `leaseSeconds`. */
  path: string;
  before: JsonValue | undefined;
  after: JsonValue | undefined;
}>;

/** What a configuration changes of another: members, classes and their numbers each by name. Sorted by path. */
export function configurationChanges(
  before: ConsortiumConfiguration,
  after: ConsortiumConfiguration,
): readonly ConfigurationChange[] {
  const [old, next] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...old.keys(), ...next.keys()])]
    .sort()
    .map((path) => ({ path, before: old.get(path), after: next.get(path) }))
    .filter((change) => form(change.before) !== form(change.after));
}

function valuesOf({ members, recordClasses, ...numbers }: ConsortiumConfiguration): ReadonlyMap<string, JsonValue> {
  return new Map<string, JsonValue>([
    ...members.map(({ mspId, kind }) => [`members.${mspId}`, kind] as const),
    ...recordClasses.flatMap(({ name, ...policy }) =>
      Object.entries(policy).map(([member, value]) => [`recordClasses.${name}.${member}`, value] as const),
    ),
    ...Object.entries(numbers),
  ]);
}

function form(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}
