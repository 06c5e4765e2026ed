import { WireReader } from '../wire/wire-reader.ts';
import { WireWriter } from '../wire/wire-writer.ts';

/** `protos.ChaincodeMessage.Type` of peer/chaincode_shim.proto. */
export const MESSAGE_TYPE = {
  REGISTER: 1,
  REGISTERED: 2,
  INIT: 3,
  READY: 4,
  TRANSACTION: 5,
  COMPLETED: 6,
  ERROR: 7,
  GET_STATE: 8,
  PUT_STATE: 9,
  DEL_STATE: 10,
  INVOKE_CHAINCODE: 11,
  RESPONSE: 13,
  GET_STATE_BY_RANGE: 14,
  GET_QUERY_RESULT: 15,
  QUERY_STATE_NEXT: 16,
  QUERY_STATE_CLOSE: 17,
  KEEPALIVE: 18,
  GET_HISTORY_FOR_KEY: 19,
  GET_STATE_METADATA: 20,
  PUT_STATE_METADATA: 21,
  GET_PRIVATE_DATA_HASH: 22,
  PURGE_PRIVATE_DATA: 23,
  WRITE_BATCH_STATE: 24,
  GET_STATE_MULTIPLE: 25,
} as const;

const NAMES = new Map<number, string>(Object.entries(MESSAGE_TYPE).map(([name, type]) => [type, name]));
/** The name that error texts carry; the number of an unknown type. */
export const messageTypeName = (type: number): string => NAMES.get(type) ?? String(type);

/** `protos.ChaincodeMessage` in the fields that either side uses. */
export type ChaincodeMessage = Readonly<{
  type: number;
  payload: Uint8Array;
  txId: string;
  channelId: string;
  /** `protos.SignedProposal` bytes; no bytes when absent. */
  proposal: Uint8Array;
  /** `protos.ChaincodeEvent` bytes; no bytes when absent. */
  event: Uint8Array;
}>;

const NOTHING: Uint8Array = new Uint8Array(0);

export const chaincodeMessage = (
  type: number,
  txId: string,
  channelId: string,
  payload: Uint8Array = NOTHING,
): ChaincodeMessage => ({ type, payload, txId, channelId, proposal: NOTHING, event: NOTHING });

export function encodeChaincodeMessage(message: ChaincodeMessage): Buffer {
  return new WireWriter()
    .varint(1, message.type)
    .bytes(3, message.payload)
    .string(4, message.txId)
    .bytes(5, message.proposal)
    .bytes(6, message.event)
    .string(7, message.channelId)
    .finish();
}

/** @throws WireError */
export function decodeChaincodeMessage(bytes: Uint8Array): ChaincodeMessage {
  const reader = new WireReader(bytes);
  let type = 0;
  let txId = '';
  let channelId = '';
  let payload: Uint8Array = NOTHING;
  let proposal: Uint8Array = NOTHING;
  let event: Uint8Array = NOTHING;
  while (reader.next()) {
    if (reader.field === 1) type = reader.int32();
    else if (reader.field === 3) payload = reader.bytes();
    else if (reader.field === 4) txId = reader.string();
    else if (reader.field === 5) proposal = reader.bytes();
    else if (reader.field === 6) event = reader.bytes();
    else if (reader.field === 7) channelId = reader.string();
  }
  return { type, payload, txId, channelId, proposal, event };
}
