import { common } from '@hyperledger/fabric-protos';
import { WireWriter } from '../embedded/wire/wire-writer.ts';

const TIMESTAMP_FIELD = 3;

/** A `common.ChannelHeader` with nothing but a time stamp; the protobuf package does not export the timestamp's class. */
export function channelHeaderAt(timeMs: number): common.ChannelHeader {
  const seconds = Math.floor(timeMs / 1000);
  const nanos = Math.round((timeMs - seconds * 1000) * 1e6);
  const header = new WireWriter().message(TIMESTAMP_FIELD, (timestamp) => {
    timestamp.varint(1, seconds).int32(2, nanos);
  });
  return common.ChannelHeader.deserializeBinary(header.finish());
}

/** Time stamp of a channel header in milliseconds since 1970; an absent one counts as 0, as in Fabric. */
export function channelHeaderTimeMs(header: common.ChannelHeader): number {
  const timestamp = header.getTimestamp();
  return timestamp === undefined ? 0 : timestamp.getSeconds() * 1000 + timestamp.getNanos() / 1e6;
}
