import { checkSuccession } from '../consortium/check-succession.ts';
import { recoveryPolicy } from '../endorsement/class-policy.ts';
import { encodeSignaturePolicy } from '../endorsement/signature-policy.ts';
import { checkHead, notAllowed, type Operation } from '../ledger/operation.ts';
import { stateDigest } from '../ledger/state.ts';
import { SHAPE_VERSION } from '../ledger/stored.ts';
import { MedQuorumError } from '../medquorum-error.ts';
import type { ConfigurationState } from './registry-state.ts';

/**
 * The regulator writes down what the consortium has agreed; the key's policy asks a majority of the others as well. It holds
 * for every transaction after it.
 */
export const configure: Operation<'registry', 'configure'> = async ({ args, author, entry, session }) => {
  const { configuration } = args;
  if (author.kind !== 'organization' || author.organization.organizationKind !== 'regulator') {
    return notAllowed('the regulator configures the consortium');
  }
  if (!configuration.members.some(({ mspId, kind }) => mspId === author.id && kind === 'regulator')) {
    throw new MedQuorumError('MQ_CONFIGURATION_INVALID', 'the regulator must stay a member');
  }
  const current = await session.get('configuration');
  if (current !== undefined) {
    checkHead(entry, current, 'needed');
    checkSuccession(current.configuration, configuration);
  }
  const state: ConfigurationState = { v: SHAPE_VERSION, kind: 'configuration', configuration, entry };
  session.put(state, encodeSignaturePolicy(recoveryPolicy(configuration)));
  return { digest: stateDigest(state) };
};
