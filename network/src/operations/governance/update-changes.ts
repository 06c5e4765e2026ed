import type { ChannelConfig, ConfigGroup } from './channel-config.ts';
import { policyPath } from './policy-standing.ts';

/** One thing that an update changes, and the policy that must agree. */
export type Change = Readonly<{ what: string; kind: 'added' | 'removed' | 'changed'; policy: string }>;

/** `common.ConfigUpdate` as JSON. */
export type ConfigUpdate = Readonly<{ channel_id: string; read_set: ConfigGroup; write_set: ConfigGroup }>;

const MEMBERS = ['groups', 'values', 'policies'] as const;

/**
 * What an update does to a configuration, read from the bytes that are signed and from nothing else. An element is changed where the update
 * raises its version; a group whose version is raised has exactly the members that the update lists (Fabric docs, Updating a channel
 * configuration). Adding or removing is decided by the group's policy, changing by the element's own.
 */
export function changesOfUpdate(config: ChannelConfig, update: ConfigUpdate): readonly Change[] {
  return groupChanges('/Channel', config.channel_group, update.write_set);
}

/** Absolute paths of the policies that must agree, each once. */
export function requiredPolicies(changes: readonly Change[]): readonly string[] {
  return [...new Set(changes.map(({ policy }) => policy))].sort();
}

function groupChanges(path: string, now: ConfigGroup, write: ConfigGroup): Change[] {
  const changes: Change[] = [];
  const isRaised = write.version !== now.version;
  const decidedHere = policyPath(path, now.mod_policy);
  for (const member of MEMBERS) {
    const at = (name: string) => (member === 'groups' ? `${path}/${name}` : `${path}/${member}/${name}`);
    const [before, after] = [now[member] ?? {}, write[member] ?? {}];
    if (isRaised) {
      const added = Object.keys(after).filter((name) => before[name] === undefined);
      const removed = Object.keys(before).filter((name) => after[name] === undefined);
      changes.push(...added.map((name): Change => ({ what: at(name), kind: 'added', policy: decidedHere })));
      changes.push(...removed.map((name): Change => ({ what: at(name), kind: 'removed', policy: decidedHere })));
    }
  }
  for (const member of ['values', 'policies'] as const) {
    for (const [name, { version }] of Object.entries(write[member] ?? {})) {
      const before = now[member]?.[name];
      if (before === undefined || before.version === version) continue;
      const policy = policyPath(path, before.mod_policy);
      changes.push({ what: `${path}/${member}/${name}`, kind: 'changed', policy });
    }
  }
  if (isRaised && changes.length === 0) changes.push({ what: path, kind: 'changed', policy: decidedHere });
  for (const [name, group] of Object.entries(write.groups ?? {})) {
    const before = now.groups[name];
    if (before !== undefined) changes.push(...groupChanges(`${path}/${name}`, before, group));
  }
  return changes;
}
