import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import {
  type ConsortiumConfiguration,
  configurationFromTopology,
  consortiumConfiguration,
  type TopologyApplication,
} from '../consortium/consortium-configuration.ts';
import type { Entry } from '../ledger/entry.ts';
import { MedQuorumError } from '../medquorum-error.ts';

/** What one organisation holds to be true of the consortium, from its own copy of the consortium's description. */
export type LocalRules = Readonly<{ configuration: ConsortiumConfiguration }>;

/** @throws MedQuorumError as `configurationFromTopology` */
export function localRules(topology: TopologyApplication): LocalRules {
  return { configuration: configurationFromTopology(topology) };
}

/**
 * An organisation's veto: it does not endorse a member, or a configuration, that its own description does not have. A
 * pure pass or fail before anything is read or written, so that endorsers never write differently; everything else,
 * withdrawals, key rotations, erasures and reviews above all, passes.
 */
export function vetoBy({ configuration }: LocalRules): (entry: Entry) => void {
  const agreed = canonicalJson(configuration);
  const kinds = new Map(configuration.members.map(({ mspId, kind }) => [mspId, kind]));
  return ({ intent }) => {
    if (intent.contract !== 'registry') return;
    const args = intent.args as Readonly<{ kind?: unknown; configuration?: unknown }>;
    if (
      intent.function === 'configure' &&
      canonicalJson(consortiumConfiguration(args.configuration, 'args.configuration')) !== agreed
    ) {
      throw new MedQuorumError('MQ_VETOED', "the configuration is not the one of this organisation's description");
    }
    if (intent.function === 'registerOrganizations' && kinds.get(intent.author.id) !== args.kind) {
      throw new MedQuorumError('MQ_VETOED', "this organisation's description has no such member");
    }
  };
}
