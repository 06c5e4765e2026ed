import type { ConsortiumConfiguration } from '@medquorum/chaincode/consortium/consortium-configuration';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import type { ReadModel } from './read-model.ts';

/**
 * What the consortium has agreed on as of the last projected block: the ledger's, never the file that this gateway was
 * started with, so that a change is followed without a restart.
 *
 * @throws MedQuorumError `MQ_NOT_CONFIGURED`; GatewayError `MQ_STATE_NOT_TRUSTED`
 */
export async function currentConfiguration(readModel: Pick<ReadModel, 'settled'>): Promise<ConsortiumConfiguration> {
  const state = await readModel.settled('configuration');
  if (state === undefined) throw new MedQuorumError('MQ_NOT_CONFIGURED', 'the consortium has no configuration yet');
  return state.configuration;
}
