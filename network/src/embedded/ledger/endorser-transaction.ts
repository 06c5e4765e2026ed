import { WireReader } from '../wire/wire-reader.ts';

/** What history and verification need of an envelope in a block. Field numbers: common.proto, peer/transaction.proto. */
export type EnvelopeHead = Readonly<{
  /** `common.HeaderType` */
  type: number;
  txId: string;
  timestamp: Readonly<{ seconds: number; nanos: number }>;
  /** `common.Payload.data` */
  data: Buffer;
}>;

/** @throws WireError for bytes that are no envelope */
export function decodeEnvelopeHead(envelope: Uint8Array): EnvelopeHead {
  const payload = field(envelope, 1);
  const channelHeader = new WireReader(field(field(payload, 1), 1));
  let type = 0;
  let txId = '';
  let timestamp = { seconds: 0, nanos: 0 };
  while (channelHeader.next()) {
    if (channelHeader.field === 1) type = channelHeader.int32();
    else if (channelHeader.field === 3) timestamp = decodeTimestamp(channelHeader.bytes());
    else if (channelHeader.field === 5) txId = channelHeader.string();
  }
  return { type, txId, timestamp, data: field(payload, 2) };
}

/** `rwset.TxReadWriteSet` bytes of the first action of an endorser transaction's payload data. @throws WireError */
export function resultsOf(transactionData: Uint8Array): Buffer {
  const chaincodeActionPayload = field(field(transactionData, 1), 2);
  const proposalResponsePayload = field(field(chaincodeActionPayload, 2), 1);
  return field(field(proposalResponsePayload, 2), 1);
}

function decodeTimestamp(bytes: Buffer): { seconds: number; nanos: number } {
  const reader = new WireReader(bytes);
  let seconds = 0;
  let nanos = 0;
  while (reader.next()) {
    if (reader.field === 1) seconds = reader.int64();
    else if (reader.field === 2) nanos = reader.int32();
  }
  return { seconds, nanos };
}

/**
 * The last value of a length-delimited field, as the generated protobuf code of validation reads it: whoever writes a field
 * twice must not be able to show validation one thing and the ledger another. No bytes when absent.
 */
function field(message: Uint8Array, number: number): Buffer {
  const reader = new WireReader(message);
  let value: Buffer = Buffer.alloc(0);
  while (reader.next()) if (reader.field === number) value = reader.bytes();
  return value;
}
