import { common, peer } from '@hyperledger/fabric-protos';
import type { SignedData } from '../../msp/msp-manager.ts';
import type { Channel } from '../channel/channel.ts';
import type { ChaincodeResponse } from '../endorser/endorser.ts';
import { policyRefusal } from './policy-refusal.ts';
import { systemFailure as failure, systemSuccess as success } from './system-response.ts';

/** This number asks for the last block, whichever it is. */
const NEWEST = 2n ** 64n - 1n;

/** The queries of `qscc`: chain information, blocks by number, hash or transaction, transactions by id. */
export function queryLedger(args: readonly Uint8Array[], channel: Channel, signed: SignedData): ChaincodeResponse {
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
      return blockByNumber(channel, argument);
    case 'GetBlockByHash':
      return blockByHash(channel, Buffer.from(args[2] ?? ''), argument);
    case 'GetBlockByTxID': {
      const location = channel.ledger.findTransaction(argument);
      return location === undefined
        ? failure(`Failed to get block for txID ${argument}, error no such transaction ID [${argument}] in index`)
        : block(channel, location.blockNumber);
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
  if (last !== undefined) info.setPreviousblockhash(previousHashOf(last));
  return info.serializeBinary();
}

function blockByNumber(channel: Channel, text: string): ChaincodeResponse {
  const parsing = `Failed to parse block number with error strconv.ParseUint: parsing ${JSON.stringify(text)}`;
  if (!/^\d+$/.test(text)) return failure(`${parsing}: invalid syntax`);
  const number = BigInt(text);
  if (number > NEWEST) return failure(`${parsing}: value out of range`);
  return block(channel, number === NEWEST ? channel.ledger.height - 1 : Number(number));
}

function block({ ledger }: Channel, number: number): ChaincodeResponse {
  const bytes = ledger.getBlock(number);
  return bytes === undefined
    ? failure(`Failed to get block number ${number}, error no such block number [${number}] in index`)
    : success(bytes);
}

/** Blocks are not indexed by hash here: the links are followed from the last block down. */
function blockByHash({ ledger }: Channel, wanted: Uint8Array, text: string): ChaincodeResponse {
  let hash: Uint8Array = ledger.lastHeaderHash;
  for (let number = ledger.height - 1; number >= 0; number--) {
    const bytes = ledger.getBlock(number);
    if (bytes === undefined) break;
    if (Buffer.compare(hash, wanted) === 0) return success(bytes);
    hash = previousHashOf(bytes);
  }
  const hex = Buffer.from(wanted).toString('hex');
  return failure(`Failed to get block hash ${text}, error no such block hash [${hex}] in index`);
}

function previousHashOf(bytes: Uint8Array): Uint8Array {
  return common.Block.deserializeBinary(bytes).getHeader()?.getPreviousHash_asU8() ?? new Uint8Array();
}

function transaction({ ledger }: Channel, txId: string): ChaincodeResponse {
  const location = ledger.findTransaction(txId);
  const bytes = location === undefined ? undefined : ledger.getBlock(location.blockNumber);
  if (location === undefined || bytes === undefined) {
    return failure(`Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`);
  }
  const envelope = common.Block.deserializeBinary(bytes).getData()?.getDataList_asU8()[location.index];
  const processed = new peer.ProcessedTransaction();
  processed.setTransactionenvelope(common.Envelope.deserializeBinary(envelope ?? new Uint8Array()));
  processed.setValidationcode(location.code);
  return success(processed.serializeBinary());
}
