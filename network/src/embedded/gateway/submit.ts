import { status } from '@grpc/grpc-js';
import { common, gateway } from '@hyperledger/fabric-protos';
import { RpcError } from '../../protocol/rpc-error.ts';
import { unknownChannel } from './evaluate.ts';
import type { GatewayContext } from './gateway-context.ts';

/** `gateway.Gateway/Submit`: hands an endorsed and signed transaction to the orderer. Throws RpcError. */
export function submit(request: gateway.SubmitRequest, { channel }: GatewayContext): gateway.SubmitResponse {
  const envelope = request.getPreparedTransaction();
  if (envelope === undefined) throw new RpcError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
  if (envelope.getSignature_asU8().length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
  }
  const channelId = request.getChannelId();
  if (channelId !== channel.channelId) throw new RpcError(status.FAILED_PRECONDITION, unknownChannel(channelId));
  const reply = channel.orderer.broadcast(envelope.serializeBinary());
  if (reply.status === common.Status.SUCCESS) return new gateway.SubmitResponse();
  if (reply.status >= 400 && reply.status < 500) {
    const name = STATUS_NAMES.get(reply.status) ?? String(reply.status);
    const message = `received unsuccessful response from orderer: status=${name}, info=${reply.info}`;
    throw new RpcError(status.ABORTED, message);
  }
  throw new RpcError(status.UNAVAILABLE, 'no orderers could successfully process transaction');
}

const STATUS_NAMES = new Map<number, string>(Object.entries(common.Status).map(([name, value]) => [value, name]));
