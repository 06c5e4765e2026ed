import { status } from '@grpc/grpc-js';
import { common, gateway } from '@hyperledger/fabric-protos';
import { RpcError } from '../../protocol/rpc-error.ts';
import type { BroadcastReply } from '../orderer/broadcast-check.ts';
import { bftQuorum } from '../orderer/consenters.ts';
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
  if (channel.bftOrderers !== undefined) throw noQuorum(reply, channel.bftOrderers);
  if (reply.status >= 400 && reply.status < 500) {
    throw new RpcError(status.ABORTED, unsuccessful(reply));
  }
  throw new RpcError(status.UNAVAILABLE, 'no orderers could successfully process transaction');
}

/** The gateway hears the orderers until too many have refused for a quorum to be left; all would say the same. */
function noQuorum(reply: BroadcastReply, orderers: readonly Readonly<{ address: string; mspId: string }>[]): RpcError {
  const heard = orderers.slice(0, orderers.length - bftQuorum(orderers.length) + 1);
  return new RpcError(
    status.UNAVAILABLE,
    'insufficient number of orderers could successfully process transaction to satisfy quorum requirement',
    heard.map((orderer) => ({ ...orderer, message: unsuccessful(reply) })),
  );
}

function unsuccessful({ status: replied, info }: BroadcastReply): string {
  const name = STATUS_NAMES.get(replied) ?? String(replied);
  return `received unsuccessful response from orderer: status=${name}, info=${info}`;
}

const STATUS_NAMES = new Map<number, string>(Object.entries(common.Status).map(([name, value]) => [value, name]));
