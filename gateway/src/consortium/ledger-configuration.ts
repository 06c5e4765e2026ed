import type { ConfigurationState } from '@medquorum/chaincode/registry/registry-state';
import type { Ledger } from '../ledger/ledger.ts';
import { toGatewayFailure } from '../ledger/ledger-failure.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';

/**
 * The configuration as the own peer has it.
 *
 * @throws MedQuorumError `MQ_NOT_CONFIGURED`; GatewayError `MQ_LEDGER_UNAVAILABLE` and the like
 */
export async function ledgerConfiguration(ledger: Pick<Ledger, 'evaluate'>): Promise<ConfigurationState> {
  const request = { contract: 'registry', functionName: 'getConfiguration', args: [] };
  return JSON.parse(await answered(ledger.evaluate(request))) as ConfigurationState;
}

/** What the ledger answers, with failures that commands know how to tell. */
export async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof LedgerFault ? toGatewayFailure(error) : error;
  }
}
