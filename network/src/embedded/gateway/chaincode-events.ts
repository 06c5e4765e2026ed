import { status } from '@grpc/grpc-js';
import { gateway, type orderer, type peer } from '@hyperledger/fabric-protos';
import { parseMessage, WireFormatError } from '../../protocol/parse-message.ts';
import { RpcError } from '../../protocol/rpc-error.ts';
import { VALIDATION_CODES } from '../../protocol/validation-code.ts';
import { followBlocks } from '../channel/follow-blocks.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { checkReader } from './check-access.ts';
import type { GatewayContext } from './gateway-context.ts';

/**
 * `gateway.Gateway/ChaincodeEvents`: the events of one chaincode, block by block; blocks without any are left out. Ends
 * when the signal aborts. Throws RpcError.
 */
export async function* chaincodeEvents(
  signed: gateway.SignedChaincodeEventsRequest,
  { channel }: GatewayContext,
  signal: AbortSignal,
): AsyncGenerator<gateway.ChaincodeEventsResponse, void, undefined> {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'a chaincode events request is required');
  const request = readRequest(bytes);
  const identity = request.getIdentity_asU8();
  checkReader(request.getChannelId(), { data: bytes, identity, signature: signed.getSignature_asU8() }, channel);
  const start = startBlock(request, channel.ledger);
  const isWanted = eventFilter(request.getChaincodeId(), request.getAfterTransactionId());
  for await (const block of followBlocks(channel.ledger, start, signal)) {
    const events = channel
      .summarize(block)
      .transactions.flatMap(({ code, event }) =>
        code === VALIDATION_CODES.VALID && event !== undefined ? [event] : [],
      )
      .filter(isWanted);
    if (events.length === 0) continue;
    const response = new gateway.ChaincodeEventsResponse();
    response.setBlockNumber(block.number);
    response.setEventsList(events);
    yield response;
  }
}

/** Events of the chaincode; behind a transaction, everything is held back until an event of that transaction has passed. */
function eventFilter(chaincode: string, afterTransactionId: string): (event: peer.ChaincodeEvent) => boolean {
  let passed = afterTransactionId === '';
  return (event) => {
    if (passed) return event.getChaincodeId() === chaincode;
    passed = event.getTxId() === afterTransactionId;
    return false;
  };
}

function startBlock(request: gateway.ChaincodeEventsRequest, ledger: Ledger): number {
  const after = request.getAfterTransactionId();
  const location = after === '' ? undefined : ledger.findTransaction(after);
  if (location !== undefined) return location.blockNumber;
  const position = request.getStartPosition();
  const specified = position?.getSpecified();
  if (specified !== undefined) return specified.getNumber();
  const refused = refusedPosition(position);
  if (refused !== undefined) throw new RpcError(status.INVALID_ARGUMENT, `invalid start position type: ${refused}`);
  return ledger.height;
}

/** Go's name for a kind of position that events cannot start at. */
function refusedPosition(position: orderer.SeekPosition | undefined): string | undefined {
  if (position?.hasNewest()) return '*orderer.SeekPosition_Newest';
  return position?.hasOldest() ? '*orderer.SeekPosition_Oldest' : undefined;
}

function readRequest(bytes: Uint8Array): gateway.ChaincodeEventsRequest {
  try {
    return parseMessage(gateway.ChaincodeEventsRequest, bytes);
  } catch (error) {
    if (!(error instanceof WireFormatError)) throw error;
    throw new RpcError(status.INVALID_ARGUMENT, `invalid chaincode events request: ${error.message}`);
  }
}
