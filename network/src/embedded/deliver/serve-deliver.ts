import type { ServerDuplexStream } from '@grpc/grpc-js';
import { common, type peer } from '@hyperledger/fabric-protos';
import { followBlocks } from '../channel/follow-blocks.ts';
import { writeToStream } from '../gateway/write-to-stream.ts';
import { type BlockResponse, type BlockSource, statusResponse } from './deliver-responses.ts';
import { type DeliverStatus, readSeek } from './read-seek.ts';

export type DeliverStream = ServerDuplexStream<common.Envelope, peer.DeliverResponse>;

export type DeliverContext = BlockSource & Readonly<{ nowMs(): number }>;

/** One stream of `protos.Deliver`: requests one after the other, until one is refused or the client has no more. */
export async function serveDeliver(
  stream: DeliverStream,
  toResponse: BlockResponse,
  context: DeliverContext,
  signal: AbortSignal,
): Promise<void> {
  // leaving a plain `for await` early would destroy the stream before its status is sent
  for await (const envelope of stream.iterator({ destroyOnReturn: false })) {
    const status = await answer(envelope as common.Envelope, stream, toResponse, context, signal);
    if (status === undefined) return;
    await writeToStream(stream, statusResponse(status), signal);
    if (status !== common.Status.SUCCESS) return;
  }
}

/** Sends the blocks of one request and returns the status to close it with; undefined when the stream has ended. */
async function answer(
  envelope: common.Envelope,
  stream: DeliverStream,
  toResponse: BlockResponse,
  context: DeliverContext,
  signal: AbortSignal,
): Promise<DeliverStatus | undefined> {
  const { channel, nowMs } = context;
  const result = readSeek(envelope, channel, nowMs);
  if (!result.ok) return result.status;
  const { start, stop, failIfNotReady, isAllowed } = result.seek;
  if (failIfNotReady && start >= channel.ledger.height) return common.Status.NOT_FOUND;
  for await (const block of followBlocks(channel.ledger, start, signal)) {
    if (!isAllowed()) return common.Status.FORBIDDEN;
    await writeToStream(stream, toResponse(block, context), signal);
    if (block.number === stop) return common.Status.SUCCESS;
    if (failIfNotReady && block.number + 1 >= channel.ledger.height) return common.Status.NOT_FOUND;
  }
  return undefined;
}
