import { OperationError } from '../operation-error.ts';
import type { ChannelConfig, ConfigGroup, ConfigPolicy } from './channel-config.ts';

/** What a policy of the configuration still needs, given the organisations whose administrators have signed. */
export type PolicyStanding = Readonly<{
  /** Absolute path, such as `/Channel/Application/Admins`. */
  policy: string;
  satisfied: boolean;
  needed: number;
  signed: readonly string[];
  missing: readonly string[];
}>;

/** Types of `common.Policy`. */
const SIGNATURE = 1;
const IMPLICIT_META = 3;
const ROOT = 'Channel';

type ImplicitMeta = Readonly<{ rule: 'ANY' | 'ALL' | 'MAJORITY'; sub_policy: string }>;
type SignatureRule = Readonly<{
  signed_by?: number;
  n_out_of?: Readonly<{ n: number; rules: readonly SignatureRule[] }>;
}>;
type SignatureEnvelope = Readonly<{
  identities: readonly Readonly<{ principal: Readonly<{ msp_identifier?: string; role?: string }> }>[];
  rule: SignatureRule;
}>;

/**
 * Evaluates the policy at an absolute path of the configuration for administrators of these organisations.
 * @throws OperationError MQ_GOVERNANCE_UNREADABLE where there is no such policy, or one of a kind that is not used here
 */
export function policyStanding(config: ChannelConfig, path: string, signers: ReadonlySet<string>): PolicyStanding {
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop() ?? '';
  const group = groupAt(config, parts);
  const policy = group.policies[name];
  if (policy === undefined) throw unreadable(`no policy at ${path}`);
  const voters = votersOf(group, policy);
  return {
    policy: path,
    satisfied: holds(group, policy, signers),
    needed: thresholdOf(group, policy),
    signed: voters.filter((voter) => signers.has(voter)),
    missing: voters.filter((voter) => !signers.has(voter)),
  };
}

/** Path of the policy that decides on changes of something in the group at `groupPath` whose `mod_policy` is this. */
export function policyPath(groupPath: string, modPolicy: string): string {
  return modPolicy.startsWith('/') ? modPolicy : `${groupPath}/${modPolicy}`;
}

/** @throws OperationError where the configuration has no such group */
export function groupAt(config: ChannelConfig, [root, ...rest]: readonly string[]): ConfigGroup {
  let group = root === ROOT ? config.channel_group : undefined;
  for (const part of rest) group = group?.groups[part];
  if (group === undefined) throw unreadable(`no group /${[root, ...rest].join('/')}`);
  return group;
}

function holds(group: ConfigGroup, { policy }: ConfigPolicy, signers: ReadonlySet<string>): boolean {
  if (policy.type === SIGNATURE) {
    const { rule, identities } = policy.value as SignatureEnvelope;
    const mspIds = identities.map(({ principal }) => principal.msp_identifier ?? '');
    return ruleHolds(rule, (index) => signers.has(mspIds[index] ?? ''));
  }
  const { rule, sub_policy } = implicitMeta(policy);
  const below = Object.values(group.groups).flatMap((child) => (child.policies[sub_policy]?.policy ? [child] : []));
  const met = below.filter((child) => holds(child, child.policies[sub_policy] as ConfigPolicy, signers)).length;
  return met >= threshold(rule, Object.keys(group.groups).length);
}

function ruleHolds({ signed_by, n_out_of }: SignatureRule, isSigned: (index: number) => boolean): boolean {
  if (n_out_of === undefined) return isSigned(signed_by ?? 0);
  return n_out_of.rules.filter((rule) => ruleHolds(rule, isSigned)).length >= n_out_of.n;
}

function thresholdOf(group: ConfigGroup, { policy }: ConfigPolicy): number {
  if (policy.type === SIGNATURE) return (policy.value as SignatureEnvelope).rule.n_out_of?.n ?? 1;
  return threshold(implicitMeta(policy).rule, Object.keys(group.groups).length);
}

function threshold(rule: ImplicitMeta['rule'], count: number): number {
  if (rule === 'ANY') return Math.min(1, count);
  return rule === 'ALL' ? count : Math.floor(count / 2) + 1;
}

function votersOf(group: ConfigGroup, { policy }: ConfigPolicy): string[] {
  if (policy.type === SIGNATURE) {
    const { identities } = policy.value as SignatureEnvelope;
    return [...new Set(identities.flatMap(({ principal }) => principal.msp_identifier ?? []))];
  }
  const { sub_policy } = implicitMeta(policy);
  const voters = Object.values(group.groups).flatMap((child) => {
    const sub = child.policies[sub_policy];
    return sub === undefined ? [] : votersOf(child, sub);
  });
  return [...new Set(voters)].sort();
}

function implicitMeta({ type, value }: ConfigPolicy['policy']): ImplicitMeta {
  if (type !== IMPLICIT_META) throw unreadable(`a policy of type ${type}`);
  return value as ImplicitMeta;
}

const unreadable = (what: string) =>
  new OperationError('MQ_GOVERNANCE_UNREADABLE', `the channel's configuration has ${what}`);
