import { common, peer } from '@hyperledger/fabric-protos';
import type { SignedData } from '../../msp/msp-manager.ts';
import type { Channel } from '../channel/channel.ts';
import type { ChaincodeResponse, Simulation } from '../endorser/endorser.ts';
import { policyRefusal } from './policy-refusal.ts';

/** System chaincodes by name. Only queries of the ledger are offered. */
const SYSTEM_CHAINCODES: ReadonlySet<string> = new Set(['qscc', 'cscc', 'lscc', '_lifecycle']);
const SYSTEM_VERSION = 'syscc';
const STATUS_OK = 200;
const STATUS_ERROR = 500;

export function isSystemChaincode(name: string): boolean {
  return SYSTEM_CHAINCODES.has(name);
}

/** Runs a query of `qscc`; the other system chaincodes answer that they are not offered. */
export function runSystemChaincode(
  name: string,
  args: readonly Uint8Array[],
  channel: Channel,
  signed: SignedData,
): Omit<Simulation, 'privateWrites'> {
  const response = name === 'qscc' ? queryLedger(args, channel, signed) : failure(`${name} is not offered`);
  const none = new Uint8Array();
  const chaincode = { name, version: SYSTEM_VERSION };
  return { response, results: none, event: none, chaincode, interest: [], writtenKeys: [] };
}

function queryLedger(args: readonly Uint8Array[], channel: Channel, signed: SignedData): ChaincodeResponse {
  const [functionName = '', channelId = '', argument] = args.map((arg) => Buffer.from(arg).toString('utf8'));
  if (args.length < 2) return failure(`Incorrect number of arguments, ${args.length}`);
  if (channelId !== channel.channelId) return failure(`Invalid chain ID, ${channelId}`);
  const refusal = channel.policies.refusal('Readers', signed);
  if (refusal !== undefined) {
    return failure(`access denied for [${functionName}]: [${policyRefusal(channelId, 'Readers', refusal)}]`);
  }
  if (functionName === 'GetChainInfo') return success(chainInfo(channel));
  if (argument === undefined) return failure(`missing 3rd argument for ${functionName}`);
  switch (functionName) {
    case 'GetBlockByNumber':
      return /^\d{1,15}$/.test(argument) ? block(channel, Number(argument)) : failure('Failed to parse block number');
    case 'GetBlockByTxID': {
      const location = channel.ledger.findTransaction(argument);
      return location === undefined ? unknownTransaction(argument) : block(channel, location.blockNumber);
    }
    case 'GetTransactionByID':
      return transaction(channel, argument);
    default:
      return failure(`Requested function ${functionName} not found.`);
  }
}

function chainInfo({ ledger }: Channel): Uint8Array {
  const info = new common.BlockchainInfo();
  info.setHeight(ledger.height);
  info.setCurrentblockhash(ledger.lastHeaderHash);
  const last = ledger.getBlock(ledger.height - 1);
  if (last !== undefined) {
    const header = common.Block.deserializeBinary(last).getHeader();
    info.setPreviousblockhash(header?.getPreviousHash_asU8() ?? '');
  }
  return info.serializeBinary();
}

function block({ ledger }: Channel, number: number): ChaincodeResponse {
  const bytes = ledger.getBlock(number);
  return bytes === undefined
    ? failure(`Failed to get block number ${number}, error no such block number [${number}] in index`)
    : success(bytes);
}

function transaction({ ledger }: Channel, txId: string): ChaincodeResponse {
  const location = ledger.findTransaction(txId);
  const bytes = location === undefined ? undefined : ledger.getBlock(location.blockNumber);
  if (location === undefined || bytes === undefined) return unknownTransaction(txId);
  const envelope = common.Block.deserializeBinary(bytes).getData()?.getDataList_asU8()[location.index];
  const processed = new peer.ProcessedTransaction();
  processed.setTransactionenvelope(common.Envelope.deserializeBinary(envelope ?? new Uint8Array()));
  processed.setValidationcode(location.code);
  return success(processed.serializeBinary());
}

function unknownTransaction(txId: string): ChaincodeResponse {
  return failure(`Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`);
}

function success(payload: Uint8Array): ChaincodeResponse {
  return { status: STATUS_OK, message: '', payload };
}

function failure(message: string): ChaincodeResponse {
  return { status: STATUS_ERROR, message, payload: new Uint8Array() };
}
