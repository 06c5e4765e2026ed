import { common, peer } from '@hyperledger/fabric-protos';
import { readEnvelope } from '../../protocol/signed-envelope.ts';

/** One transaction of a block as the event services tell of it. */
export type BlockTransaction = Readonly<{
  txId: string;
  /** `common.HeaderType` */
  type: number;
  code: number;
  /** The chaincode's event; undefined for none. */
  event: peer.ChaincodeEvent | undefined;
}>;

export type BlockSummary = Readonly<{ number: number; channelId: string; transactions: readonly BlockTransaction[] }>;

const FILTER_SLOT = common.BlockMetadataIndex.TRANSACTIONS_FILTER;

/** Ids, kinds, validation codes and chaincode events of a block's transactions. Unreadable envelopes are left out. */
export function summarizeBlock(number: number, bytes: Uint8Array): BlockSummary {
  const block = common.Block.deserializeBinary(bytes);
  const filter = block.getMetadata()?.getMetadataList_asU8()[FILTER_SLOT] ?? new Uint8Array();
  let channelId = '';
  const transactions: BlockTransaction[] = [];
  for (const [index, envelopeBytes] of (block.getData()?.getDataList_asU8() ?? []).entries()) {
    const transaction = readTransaction(envelopeBytes, filter[index] ?? peer.TxValidationCode.NOT_VALIDATED);
    if (transaction === undefined) continue;
    channelId ||= transaction.channelId;
    transactions.push(transaction);
  }
  return { number, channelId, transactions };
}

function readTransaction(bytes: Uint8Array, code: number): (BlockTransaction & { channelId: string }) | undefined {
  try {
    const { channelHeader, data } = readEnvelope(bytes);
    const type = channelHeader.getType();
    const head = { txId: channelHeader.getTxId(), channelId: channelHeader.getChannelId(), type, code };
    return { ...head, event: type === common.HeaderType.ENDORSER_TRANSACTION ? readEvent(data) : undefined };
  } catch {
    return undefined;
  }
}

function readEvent(transactionData: Uint8Array): peer.ChaincodeEvent | undefined {
  try {
    const [action] = peer.Transaction.deserializeBinary(transactionData).getActionsList();
    const payload = peer.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array());
    const response = payload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array();
    const extension = peer.ProposalResponsePayload.deserializeBinary(response).getExtension_asU8();
    const events = peer.ChaincodeAction.deserializeBinary(extension).getEvents_asU8();
    const event = peer.ChaincodeEvent.deserializeBinary(events);
    return event.getChaincodeId() === '' ? undefined : event;
  } catch {
    return undefined; // a broken action is invalid anyway
  }
}
