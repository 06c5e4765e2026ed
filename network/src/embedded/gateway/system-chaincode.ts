import type { SignedData } from '../../msp/msp-manager.ts';
import type { Channel } from '../channel/channel.ts';
import type { ChaincodeResponse, Simulation } from '../endorser/endorser.ts';
import { queryConfiguration } from './query-configuration.ts';
import { queryLedger } from './query-ledger.ts';
import { systemFailure } from './system-response.ts';

type Query = (args: readonly Uint8Array[], channel: Channel, signed: SignedData) => ChaincodeResponse;

/** System chaincodes by name. Only queries of the ledger and of the configuration are offered. */
const SYSTEM_CHAINCODES: ReadonlyMap<string, Query> = new Map<string, Query>([
  ['qscc', queryLedger],
  ['cscc', queryConfiguration],
  ['lscc', () => systemFailure('lscc is not offered')],
  ['_lifecycle', () => systemFailure('_lifecycle is not offered')],
]);
const SYSTEM_VERSION = 'syscc';

export function isSystemChaincode(name: string): boolean {
  return SYSTEM_CHAINCODES.has(name);
}

/** Runs a query of a system chaincode; what is not offered is a failure that says so. */
export function runSystemChaincode(
  name: string,
  args: readonly Uint8Array[],
  channel: Channel,
  signed: SignedData,
): Omit<Simulation, 'privateWrites'> {
  const query = SYSTEM_CHAINCODES.get(name);
  const response = query === undefined ? systemFailure(`${name} is not offered`) : query(args, channel, signed);
  const none = new Uint8Array();
  const chaincode = { name, version: SYSTEM_VERSION };
  return { response, results: none, event: none, chaincode, interest: [], writtenKeys: [] };
}
