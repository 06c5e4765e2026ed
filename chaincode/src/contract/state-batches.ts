/**
 * Several reads or writes in one message to the peer. Fabric 3.1 takes `GET_STATE_MULTIPLE` and `WRITE_BATCH_STATE`
 * (fabric-protos peer/chaincode_shim.proto) and says so when a chaincode registers; fabric-shim 2.5 knows neither, and its one
 * message per key is what a list of entries would spend its time on. Nothing else changes: same read-write set.
 */
import { createRequire } from 'node:module';
import { bytesField, varintField } from '../endorsement/protobuf-writer.ts';
import type { StateWrite } from '../ledger/state-store.ts';
import { lengthDelimitedFields, varintFields } from './protobuf-reader.ts';

/** What a peer says it takes in one message (`protos.ChaincodeAdditionalParams`); 0 of what it does not take. */
export type BatchLimits = Readonly<{ maxReads: number; maxWrites: number }>;

type ChaincodeMessage = {
  getType(): number;
  getPayload_asU8(): Uint8Array;
  setType(type: number): void;
  setPayload(payload: Uint8Array): void;
  setTxid(txId: string): void;
  setChannelId(channelId: string): void;
};
type MessageStream = { on(event: 'data', listener: (message: ChaincodeMessage) => void): unknown };
/** Of fabric-shim's stub and handler, what is used here; the version is pinned. */
export type ShimStub = Readonly<{
  txId: string;
  channel_id: string;
  handler: { _stream: object; _askPeerAndListen(message: ChaincodeMessage, method: string): Promise<Buffer> };
}>;

const READY = 4;
const PUT_STATE = 9;
const DEL_STATE = 10;
const PUT_STATE_METADATA = 21;
const WRITE_BATCH_STATE = 24;
const GET_STATE_MULTIPLE = 25;
/** The metadata under which Fabric keeps a key's endorsement policy. */
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';

const limitsOfStreams = new WeakMap<object, BatchLimits>();

/** Listens for what the peer at the other end of a stream takes. */
export function noteBatchLimits(stream: MessageStream): void {
  stream.on('data', (message) => {
    if (message.getType() === READY) limitsOfStreams.set(stream, batchLimits(message.getPayload_asU8()));
  });
}

/** Undefined for a stub without such a peer: an older one, a server that is not ours, a simulator. */
export function batchLimitsOf(stub: object): BatchLimits | undefined {
  const stream = (stub as Partial<ShimStub>).handler?._stream;
  return stream === undefined ? undefined : limitsOfStreams.get(stream);
}

/** @param payload of the message `READY`; empty from peers before 3.1 */
export function batchLimits(payload: Uint8Array): BatchLimits {
  const fields = varintFields(payload);
  return {
    maxWrites: fields.get(1) === 1 ? (fields.get(2) ?? 0) : 0,
    maxReads: fields.get(3) === 1 ? (fields.get(4) ?? 0) : 0,
  };
}

/** The committed values in the order of the keys; no bytes for an absent one. */
export async function readBatch(stub: ShimStub, keys: readonly string[]): Promise<readonly Uint8Array[]> {
  const request = Buffer.concat(keys.map((key) => bytesField(1, Buffer.from(key))));
  const result = await ask(stub, GET_STATE_MULTIPLE, request, 'GetStateMultiple');
  return lengthDelimitedFields(result, 1);
}

export async function writeBatch(stub: ShimStub, writes: readonly StateWrite[]): Promise<void> {
  const records = writes.flatMap(writeRecords);
  await ask(stub, WRITE_BATCH_STATE, Buffer.concat(records), 'WriteBatchState');
}

/** Records of one write: a key with a new policy is two. */
export function recordCount({ policy }: StateWrite): number {
  return policy === undefined ? 1 : 2;
}

/** `protos.WriteRecord` as field 1 of `protos.WriteBatchState`. */
function writeRecords({ key, value, policy }: StateWrite): Uint8Array[] {
  const name = bytesField(1, Buffer.from(key));
  const write =
    value === null ? [name, varintField(5, DEL_STATE)] : [name, bytesField(2, value), varintField(5, PUT_STATE)];
  const records = [bytesField(1, Buffer.concat(write))];
  if (policy !== undefined) {
    const metadata = Buffer.concat([bytesField(1, Buffer.from(VALIDATION_PARAMETER)), bytesField(2, policy)]);
    records.push(bytesField(1, Buffer.concat([name, bytesField(4, metadata), varintField(5, PUT_STATE_METADATA)])));
  }
  return records;
}

function ask({ handler, txId, channel_id }: ShimStub, type: number, payload: Buffer, method: string): Promise<Buffer> {
  const message = new (chaincodeMessageClass())();
  message.setType(type);
  message.setPayload(payload);
  message.setTxid(txId);
  message.setChannelId(channel_id);
  return handler._askPeerAndListen(message, method);
}

/** fabric-shim's own copy of the messages: another copy's would not do (its stream serialises them itself). */
function chaincodeMessageClass(): new () => ChaincodeMessage {
  ChaincodeMessageClass ??= createRequire(createRequire(import.meta.url).resolve('fabric-shim'))(
    '@hyperledger/fabric-protos',
  ).peer.ChaincodeMessage as new () => ChaincodeMessage;
  return ChaincodeMessageClass;
}
let ChaincodeMessageClass: (new () => ChaincodeMessage) | undefined;
