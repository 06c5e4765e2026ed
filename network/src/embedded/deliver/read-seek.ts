import { common, orderer } from '@hyperledger/fabric-protos';
import { certificateExpiryMs } from '../../msp/certificate-expiry.ts';
import type { SignedData } from '../../msp/msp-manager.ts';
import { channelHeaderTimeMs } from '../../protocol/channel-header-at.ts';
import { parseMessage } from '../../protocol/parse-message.ts';
import { readEnvelope, type SignedEnvelope } from '../../protocol/signed-envelope.ts';
import type { Channel } from '../channel/channel.ts';
import { TIME_WINDOW_MS } from '../gateway/check-proposal.ts';

/** A request for blocks that may be answered. */
export type Seek = Readonly<{
  start: number;
  /** Last block to send; beyond any block for a stream without end. */
  stop: number;
  failIfNotReady: boolean;
  /** Whether the asking identity may still read the channel; asked again for every block. */
  isAllowed(): boolean;
}>;

/** What became of reading a request: a seek, or the status with which the stream ends. */
export type SeekResult = Readonly<{ ok: true; seek: Seek }> | Readonly<{ ok: false; status: DeliverStatus }>;

export type DeliverStatus = common.StatusMap[keyof common.StatusMap];

const { Status } = common;

/** Reads and checks `common.Envelope` with `orderer.SeekInfo`, in the order of a Fabric peer. */
export function readSeek(envelope: common.Envelope, channel: Channel, nowMs: () => number): SeekResult {
  let signed: SignedEnvelope;
  let info: orderer.SeekInfo;
  try {
    signed = readEnvelope(envelope.serializeBinary());
    if (Math.abs(nowMs() - channelHeaderTimeMs(signed.channelHeader)) > TIME_WINDOW_MS)
      return refuse(Status.BAD_REQUEST);
    if (signed.channelHeader.getChannelId() !== channel.channelId) return refuse(Status.NOT_FOUND);
    info = parseMessage(orderer.SeekInfo, signed.data);
  } catch {
    return refuse(Status.BAD_REQUEST);
  }
  const request: SignedData = { data: signed.payload, identity: signed.creator, signature: signed.signature };
  const isAllowed = (): boolean =>
    certificateExpiryMs(signed.creator) >= nowMs() && channel.policies.refusal('Readers', request) === undefined;
  if (!isAllowed()) return refuse(Status.FORBIDDEN);
  const [startPosition, stopPosition] = [info.getStart(), info.getStop()];
  if (startPosition === undefined || stopPosition === undefined) return refuse(Status.BAD_REQUEST);
  const { height } = channel.ledger;
  const start = startOf(startPosition, height);
  const stop = stopOf(stopPosition, startPosition, start ?? 0, height);
  if (stopPosition.hasSpecified() && stop < (start ?? 0)) return refuse(Status.BAD_REQUEST);
  if (start === undefined) return refuse(Status.NOT_FOUND);
  const failIfNotReady = info.getBehavior() === orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY;
  return { ok: true, seek: { start, stop, failIfNotReady, isAllowed } };
}

/** Undefined for a number beyond the next block. */
function startOf(position: orderer.SeekPosition, height: number): number | undefined {
  if (position.hasOldest()) return 0;
  if (position.hasNewest()) return height - 1;
  if (position.hasNextCommit()) return height;
  const number = position.getSpecified()?.getNumber();
  return number === undefined || number > height ? undefined : number;
}

function stopOf(stop: orderer.SeekPosition, start: orderer.SeekPosition, first: number, height: number): number {
  if (stop.hasOldest()) return first;
  if (stop.hasNewest()) return start.hasNewest() ? first : height - 1;
  return stop.getSpecified()?.getNumber() ?? 0;
}

function refuse(status: DeliverStatus): SeekResult {
  return { ok: false, status };
}
