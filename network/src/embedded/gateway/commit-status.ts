import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import { parseMessage, WireFormatError } from '../../protocol/parse-message.ts';
import { RpcError } from '../../protocol/rpc-error.ts';
import type { ValidationCode } from '../../protocol/validation-code.ts';
import { checkReader } from './check-access.ts';
import type { GatewayContext } from './gateway-context.ts';

/** `gateway.Gateway/CommitStatus`: waits for a transaction, for ever if it never comes. Throws RpcError. */
export async function commitStatus(
  signed: gateway.SignedCommitStatusRequest,
  { channel }: GatewayContext,
  signal: AbortSignal,
): Promise<gateway.CommitStatusResponse> {
  const bytes = signed.getRequest_asU8();
  if (bytes.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'a commit status request is required');
  const request = readRequest(bytes);
  const identity = request.getIdentity_asU8();
  if (identity.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'no identity provided');
  if (request.getChannelId() === '') throw new RpcError(status.INVALID_ARGUMENT, 'no channel ID provided');
  const txId = request.getTransactionId();
  if (txId === '') throw new RpcError(status.INVALID_ARGUMENT, 'transaction ID should not be empty');
  checkReader(request.getChannelId(), { data: bytes, identity, signature: signed.getSignature_asU8() }, channel);
  const location = await channel.ledger.waitForTransaction(txId, signal);
  const response = new gateway.CommitStatusResponse();
  response.setResult(location.code as ValidationCode);
  response.setBlockNumber(location.blockNumber);
  return response;
}

function readRequest(bytes: Uint8Array): gateway.CommitStatusRequest {
  try {
    return parseMessage(gateway.CommitStatusRequest, bytes);
  } catch (error) {
    if (!(error instanceof WireFormatError)) throw error;
    throw new RpcError(status.INVALID_ARGUMENT, `invalid status request: ${error.message}`);
  }
}
