import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import { configurationChanges } from '../consortium/configuration-changes.ts';
import {
  type ConsortiumConfiguration,
  configurationFromTopology,
  consortiumConfiguration,
  type OrganizationProfile,
  organizationProfile,
  type TopologyApplication,
} from '../consortium/consortium-configuration.ts';
import type { Entry } from '../ledger/entry.ts';
import { MedQuorumError } from '../medquorum-error.ts';

/** What one organisation holds to be true of the consortium, from its own copy of the consortium's description. */
export type LocalRules = Readonly<{
  configuration: ConsortiumConfiguration;
  /** Kind and facilities by MSP id. */
  profiles: ReadonlyMap<string, OrganizationProfile>;
}>;

/** @throws MedQuorumError as `configurationFromTopology` */
export function localRules(topology: TopologyApplication): LocalRules {
  const profiles = topology.organizations.map(
    ({ mspId, application }, i) =>
      [mspId, organizationProfile(application, `organizations[${i}].application`)] as const,
  );
  return { configuration: configurationFromTopology(topology), profiles: new Map(profiles) };
}

/**
 * An organisation's veto: it does not endorse a member, or a configuration, that its own description does not have. A
 * pure pass or fail before anything is read or written, so that endorsers never write differently; everything else,
 * withdrawals, key rotations, erasures and reviews above all, passes.
 *
 * @param rules the description as it is now: asked for each entry that it is compared with, so that a new one is a vote
 */
export function vetoBy(rules: () => LocalRules): (entry: Entry) => void {
  return ({ intent }) => {
    if (intent.contract !== 'registry') return;
    const args = intent.args as Readonly<{ kind?: unknown; facilities?: unknown; configuration?: unknown }>;
    if (intent.function === 'configure') checkConfiguration(current(rules), args.configuration);
    if (intent.function === 'registerOrganizations') {
      const { kind, facilities } = args;
      const profile = current(rules).profiles.get(intent.author.id) ?? null;
      if (canonicalJson({ kind, facilities }) !== canonicalJson(profile)) {
        throw new MedQuorumError(
          'MQ_VETOED',
          "this organisation's description has no such member with such facilities",
        );
      }
    }
  };
}

function checkConfiguration({ configuration: agreed }: LocalRules, proposed: unknown): void {
  const configuration = consortiumConfiguration(proposed, 'args.configuration');
  const differing = configurationChanges(agreed, configuration).map(({ path }) => path);
  if (differing.length === 0) return;
  const named = differing.slice(0, MAX_NAMED).join(', ');
  throw new MedQuorumError('MQ_VETOED', `not what this organisation's description says of ${named}`);
}

/** Who cannot say what was agreed has agreed to nothing. */
function current(rules: () => LocalRules): LocalRules {
  try {
    return rules();
  } catch (cause) {
    throw new MedQuorumError('MQ_VETOED', "this organisation's description cannot be read", { cause });
  }
}

const MAX_NAMED = 5;
