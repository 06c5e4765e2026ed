import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import {
  type ChannelConfig,
  type ConfigGroup,
  computeUpdate,
  describeUpdate,
  fetchChannelConfig,
} from './channel-config.ts';
import { groupAt, type PolicyStanding, policyStanding } from './policy-standing.ts';
import { ProposalFolder } from './proposal-folder.ts';
import { type Change, type ConfigUpdate, changesOfUpdate, requiredPolicies } from './update-changes.ts';
import { type CheckedVote, checkVotes, signersOf } from './votes.ts';

/** A change of the channel's configuration, as a function from what is to what should be. It must not change its argument. */
export type ConfigChange = Readonly<{
  title: string;
  apply(config: ChannelConfig): Promise<ChannelConfig> | ChannelConfig;
}>;

/** What a proposal would do and who decides. */
export type ProposalPlan = Readonly<{
  title: string;
  changes: readonly Change[];
  standings: readonly PolicyStanding[];
  baseSequence: number;
  /** Bytes of `common.ConfigUpdate`, and the same for people. */
  update: Buffer;
  readable: string;
}>;

/** Works the change out against the channel as it is, without writing anything. @throws OperationError MQ_GOVERNANCE_NO_CHANGE */
export async function planProposal(operator: Operator, { title, apply }: ConfigChange): Promise<ProposalPlan> {
  const config = await fetchChannelConfig(operator);
  const update = await computeUpdate(operator, config, await apply(config));
  const readable = await describeUpdate(operator, update);
  const changes = changesOfUpdate(config, JSON.parse(readable) as ConfigUpdate);
  const standings = standingsOf(config, changes, new Set());
  return { title, changes, standings, baseSequence: Number(config.sequence), update, readable };
}

/** Writes a planned proposal below `governanceDirectory` for the others to inspect and sign. */
export function writeProposal(
  operator: Operator,
  { title, baseSequence, update, readable }: ProposalPlan,
  governanceDirectory: string,
): Promise<ProposalFolder> {
  const proposedBy = operator.anyAdministrator().mspId;
  const draft = { title, channel: operator.channel, baseSequence, proposedBy };
  return ProposalFolder.create(governanceDirectory, draft, update, readable);
}

/** How the votes stand. */
export type ProposalStanding = Readonly<{
  /** Read from the update itself, whatever the title says; empty where the proposal is stale. */
  changes: readonly Change[];
  votes: readonly CheckedVote[];
  standings: readonly PolicyStanding[];
  /** Everything that must agree does. */
  accepted: boolean;
  /** Another change came first: this one was applied, or must be proposed anew. */
  stale: boolean;
}>;

/** Counts the votes of a proposal against the channel's configuration, by default the one in force. */
export async function proposalStanding(
  operator: Operator,
  folder: ProposalFolder,
  config?: ChannelConfig,
): Promise<ProposalStanding> {
  const inForce = config ?? (await fetchChannelConfig(operator));
  const votes = checkVotes(inForce, folder, await folder.votes());
  if (Number(inForce.sequence) !== folder.proposal.baseSequence)
    return { changes: [], votes, standings: [], stale: true, accepted: false };
  const update = JSON.parse(await describeUpdate(operator, folder.update)) as ConfigUpdate;
  if (update.channel_id !== operator.channel) {
    const message = `the update is for channel ${update.channel_id}, not ${operator.channel}`;
    throw new OperationError('MQ_GOVERNANCE_UNREADABLE', message);
  }
  const changes = changesOfUpdate(inForce, update);
  const standings = standingsOf(inForce, changes, signersOf(votes));
  return { changes, votes, standings, stale: false, accepted: standings.every(({ satisfied }) => satisfied) };
}

/** A copy of the configuration (a JSON document) with a group of it changed. */
export function withGroup(
  config: ChannelConfig,
  path: readonly string[],
  edit: (group: ConfigGroup) => void,
): ChannelConfig {
  const copy = JSON.parse(JSON.stringify(config)) as ChannelConfig;
  edit(groupAt(copy, path));
  return copy;
}

const standingsOf = (config: ChannelConfig, changes: readonly Change[], signers: ReadonlySet<string>) =>
  requiredPolicies(changes).map((policy) => policyStanding(config, policy, signers));
