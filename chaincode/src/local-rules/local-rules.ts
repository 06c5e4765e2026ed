import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
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
 */
export function vetoBy({ configuration, profiles }: LocalRules): (entry: Entry) => void {
  const agreed = canonicalJson(configuration);
  return ({ intent }) => {
    if (intent.contract !== 'registry') return;
    const args = intent.args as Readonly<{ kind?: unknown; facilities?: unknown; configuration?: unknown }>;
    if (
      intent.function === 'configure' &&
      canonicalJson(consortiumConfiguration(args.configuration, 'args.configuration')) !== agreed
    ) {
      throw new MedQuorumError('MQ_VETOED', "the configuration is not the one of this organisation's description");
    }
    if (intent.function === 'registerOrganizations') {
      const { kind, facilities } = args;
      if (canonicalJson({ kind, facilities }) !== canonicalJson(profiles.get(intent.author.id) ?? null)) {
        throw new MedQuorumError(
          'MQ_VETOED',
          "this organisation's description has no such member with such facilities",
        );
      }
    }
  };
}
