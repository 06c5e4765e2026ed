import { common, ledger, peer } from '@hyperledger/fabric-protos';
import type { Channel } from '../channel/channel.ts';
import type { NumberedBlock } from '../channel/follow-blocks.ts';
import type { DeliverStatus } from './read-seek.ts';

/** Makes one kind of answer of `protos.Deliver` from a block. */
export type BlockResponse = (block: NumberedBlock, source: BlockSource) => peer.DeliverResponse;

/** Where the blocks come from: the channel, as one organisation holds it. */
export type BlockSource = Readonly<{ channel: Channel; mspId: string }>;

/** `Deliver`: the whole block. */
export const fullBlock: BlockResponse = ({ bytes }) => {
  const response = new peer.DeliverResponse();
  response.setBlock(common.Block.deserializeBinary(bytes));
  return response;
};

/** `DeliverFiltered`: ids and codes, with events that have lost their payload. */
export const filteredBlock: BlockResponse = (block, { channel }) => {
  const { number, channelId, transactions } = channel.summarize(block);
  const filtered = new peer.FilteredBlock();
  filtered.setChannelId(channelId);
  filtered.setNumber(number);
  for (const { txId, type, code, event } of transactions) {
    const transaction = new peer.FilteredTransaction();
    transaction.setTxid(txId);
    transaction.setType(type as common.HeaderTypeMap[keyof common.HeaderTypeMap]);
    transaction.setTxValidationCode(code as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]);
    if (type === common.HeaderType.ENDORSER_TRANSACTION) transaction.setTransactionActions(actionsOf(event));
    filtered.addFilteredTransactions(transaction);
  }
  const response = new peer.DeliverResponse();
  response.setFilteredBlock(filtered);
  return response;
};

function actionsOf(event: peer.ChaincodeEvent | undefined): peer.FilteredTransactionActions {
  const actions = new peer.FilteredTransactionActions();
  if (event === undefined) return actions;
  const bare = new peer.ChaincodeEvent();
  bare.setChaincodeId(event.getChaincodeId());
  bare.setTxId(event.getTxId());
  bare.setEventName(event.getEventName());
  const action = new peer.FilteredChaincodeAction();
  action.setChaincodeEvent(bare);
  actions.addChaincodeActions(action);
  return actions;
}

/** `DeliverWithPrivateData`: the block with what this organisation's peer holds of its private writes. */
export const blockWithPrivateData: BlockResponse = ({ number, bytes }, { channel, mspId }) => {
  const message = new peer.BlockAndPrivateData();
  message.setBlock(common.Block.deserializeBinary(bytes));
  for (const [index, writes] of channel.ledger.privateWritesOf(number, mspId)) {
    message.getPrivateDataMapMap().set(index, ledger.rwset.TxPvtReadWriteSet.deserializeBinary(writes));
  }
  const response = new peer.DeliverResponse();
  response.setBlockAndPrivateData(message);
  return response;
};

/** The answer that ends a request. */
export function statusResponse(status: DeliverStatus): peer.DeliverResponse {
  const response = new peer.DeliverResponse();
  response.setStatus(status);
  return response;
}
