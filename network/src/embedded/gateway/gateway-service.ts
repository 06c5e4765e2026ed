import {
  type ServerErrorResponse,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { gateway, peer } from '@hyperledger/fabric-protos';
import { RpcError } from '../../protocol/rpc-error.ts';
import { CallLimit, MAX_ENDORSER_CALLS, MAX_GATEWAY_CALLS } from './call-limit.ts';
import { chaincodeEvents } from './chaincode-events.ts';
import { ProposalRefusal } from './check-proposal.ts';
import { commitStatus } from './commit-status.ts';
import { endorse } from './endorse.ts';
import { evaluate } from './evaluate.ts';
import type { GatewayContext } from './gateway-context.ts';
import { toProposalResponse } from './proposal-response.ts';
import { submit } from './submit.ts';
import { writeToStream } from './write-to-stream.ts';

type Unary<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response> | Response;

/** Streams that can be cut off from outside, for the fault of dropped event streams. */
export type OpenStreams = Set<AbortController>;

/** Handlers of `gateway.Gateway` for one organisation. */
export function gatewayService(context: GatewayContext, streams: OpenStreams) {
  const limit = new CallLimit('gateway.Gateway', MAX_GATEWAY_CALLS);
  const unary = <Request, Response>(run: Unary<Request, Response>) => serveUnary(run, context, limit);
  return {
    evaluate: unary((request: gateway.EvaluateRequest, signal) => evaluate(request, context, signal)),
    endorse: unary((request: gateway.EndorseRequest, signal) => endorse(request, context, signal)),
    submit: unary((request: gateway.SubmitRequest) => submit(request, context)),
    commitStatus: unary((request: gateway.SignedCommitStatusRequest, signal) => commitStatus(request, context, signal)),
    chaincodeEvents(call: ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>) {
      void serveChaincodeEvents(call, context, limit, streams);
    },
  };
}

/** Handler of `protos.Endorser` for one organisation. */
export function endorserService(context: GatewayContext) {
  return {
    processProposal: serveUnary(
      async (signed: peer.SignedProposal, signal) =>
        toProposalResponse(await context.own.processProposal(signed, signal)),
      context,
      new CallLimit('protos.Endorser', MAX_ENDORSER_CALLS),
    ),
  };
}

function serveUnary<Request, Response>(
  run: Unary<Request, Response>,
  { own, reportFault }: GatewayContext,
  limit: CallLimit,
) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const cancelled = new AbortController();
    let isAnswered = false; // grpc-js reports the end of every call as cancelled
    call.on('cancelled', () => {
      if (!isAnswered) cancelled.abort(new RpcError(status.CANCELLED, 'Call cancelled'));
    });
    const answer = async (): Promise<Response> => {
      if (!own.isUp) throw new RpcError(status.UNAVAILABLE, 'this organisation is down');
      if (call.request instanceof RpcError) throw call.request;
      const leave = limit.enter();
      try {
        return await run(call.request, cancelled.signal);
      } finally {
        leave();
      }
    };
    answer().then(
      (response) => {
        isAnswered = true;
        callback(null, response);
      },
      (error: unknown) => {
        isAnswered = true;
        callback(toServerError(error, reportFault));
      },
    );
  };
}

async function serveChaincodeEvents(
  call: ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>,
  context: GatewayContext,
  limit: CallLimit,
  streams: OpenStreams,
): Promise<void> {
  const ended = new AbortController();
  call.on('cancelled', () => ended.abort());
  call.on('close', () => ended.abort());
  streams.add(ended);
  let leave: (() => void) | undefined;
  try {
    if (!context.own.isUp) throw new RpcError(status.UNAVAILABLE, 'this organisation is down');
    if (call.request instanceof RpcError) throw call.request;
    leave = limit.enter();
    for await (const response of chaincodeEvents(call.request, context, ended.signal)) {
      await writeToStream(call, response, ended.signal);
    }
    throw new RpcError(status.UNAVAILABLE, 'the event stream was ended by the network');
  } catch (error) {
    call.emit('error', toServerError(error, context.reportFault));
  } finally {
    leave?.();
    streams.delete(ended);
  }
}

/** A failure as grpc-js sends it. What nobody expected is reported and loses its text. */
export function toServerError(error: unknown, reportFault: (fault: unknown) => void): ServerErrorResponse {
  if (error instanceof RpcError) return Object.assign(new Error(error.message), error.toServiceError());
  if (error instanceof ProposalRefusal) {
    return Object.assign(new Error(error.message), { code: status.UNKNOWN, details: error.message });
  }
  reportFault(error);
  return Object.assign(new Error('internal fault'), { code: status.INTERNAL, details: 'internal fault' });
}
