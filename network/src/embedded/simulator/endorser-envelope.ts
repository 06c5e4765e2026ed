import { WireWriter } from '../wire/wire-writer.ts';

const ENDORSER_TRANSACTION = 3; // common.HeaderType

/** The smallest `common.Envelope` from which a ledger can read a transaction again: no signature, no endorsement. */
export function encodeUnsignedEnvelope(transaction: {
  channelId: string;
  txId: string;
  timestamp: Readonly<{ seconds: number; nanos: number }>;
  /** `rwset.TxReadWriteSet` bytes */
  results: Uint8Array;
}): Buffer {
  const { channelId, txId, timestamp, results } = transaction;
  const channelHeader = new WireWriter()
    .varint(1, ENDORSER_TRANSACTION)
    .message(3, (w) => w.varint(1, timestamp.seconds).varint(2, timestamp.nanos))
    .string(4, channelId)
    .string(5, txId)
    .finish();
  const response = new WireWriter().bytes(2, new WireWriter().bytes(1, results).finish()).finish();
  const actionPayload = new WireWriter().message(2, (w) => w.bytes(1, response)).finish();
  const data = new WireWriter().message(1, (w) => w.bytes(2, actionPayload)).finish();
  const payload = new WireWriter()
    .message(1, (w) => w.bytes(1, channelHeader))
    .bytes(2, data)
    .finish();
  return new WireWriter().bytes(1, payload).finish();
}
