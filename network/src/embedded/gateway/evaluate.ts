import { status } from '@grpc/grpc-js';
import { gateway, peer } from '@hyperledger/fabric-protos';
import { type ErrorDetail, RpcError } from '../../protocol/rpc-error.ts';
import { outlineProposal, ProposalFormatError } from '../../protocol/unpacked-proposal.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { OrganizationPeer } from './organization-peer.ts';
import { askEndorser } from './response-status.ts';

/** `gateway.Gateway/Evaluate`: runs a proposal on one peer, the gateway's own if it can. Throws RpcError. */
export async function evaluate(
  request: gateway.EvaluateRequest,
  context: GatewayContext,
  signal: AbortSignal,
): Promise<gateway.EvaluateResponse> {
  const signed = request.getProposedTransaction() ?? new peer.SignedProposal();
  const { channelId, chaincode, hasTransientData } = readTarget(signed);
  if (channelId !== context.channel.channelId) {
    throw new RpcError(status.UNAVAILABLE, unknownChannel(channelId));
  }
  const named = request.getTargetOrganizationsList();
  const isProtected = hasTransientData && named.length === 0;
  const targets = isProtected ? [context.own.mspId] : named;
  const peers = evaluators(chaincode, targets, context);
  if (peers.length === 0) {
    const reason = `no peers available to evaluate chaincode ${chaincode} in channel ${channelId}`;
    const lead =
      "no endorsers found in the gateway's organization; retry specifying target organization(s) to protect transient data: ";
    throw new RpcError(status.FAILED_PRECONDITION, isProtected ? lead + reason : reason);
  }
  const details: ErrorDetail[] = [];
  let code = status.UNAVAILABLE;
  for (const candidate of peers) {
    const outcome = await askEndorser(candidate, candidate === context.own, () =>
      candidate.processProposal(signed, signal),
    );
    if (outcome.ok) {
      const { status: responseStatus, message, payload } = outcome.answer.response;
      const result = new peer.Response();
      result.setStatus(responseStatus);
      result.setMessage(message);
      result.setPayload(payload);
      const response = new gateway.EvaluateResponse();
      response.setResult(result);
      return response;
    }
    code = outcome.code;
    details.push({ address: candidate.address, mspId: candidate.mspId, message: outcome.message });
    if (!outcome.retry)
      throw new RpcError(code, `evaluate call to endorser returned error: ${outcome.message}`, details);
  }
  throw new RpcError(code, 'failed to evaluate transaction, see attached details for more info', details);
}

/** Text for a channel that the gateway does not know. */
export function unknownChannel(channelId: string): string {
  return `failed to get config for channel [${channelId}]: could not get last config for channel ${channelId}`;
}

/** Candidates in order: the own organisation's peer, then the others'. */
function evaluators(chaincode: string, targets: readonly string[], { own, peers }: GatewayContext): OrganizationPeer[] {
  const able = peers.filter((candidate) => candidate.isUp && candidate.hasChaincode(chaincode));
  const allowed = targets.length === 0 ? able : able.filter(({ mspId }) => targets.includes(mspId));
  return [...allowed.filter((candidate) => candidate === own), ...allowed.filter((candidate) => candidate !== own)];
}

type Target = Readonly<{ channelId: string; chaincode: string; hasTransientData: boolean }>;

function readTarget(signed: peer.SignedProposal): Target {
  const bytes = signed.getProposalBytes_asU8();
  if (bytes.length === 0) throw malformed('a signed proposal is required');
  try {
    const { channelId, hasSpecification, payload, specifiedChaincode } = outlineProposal(bytes);
    if (channelId === '') throw malformed('no channel id provided');
    if (!hasSpecification) throw malformed(`no chaincode spec is provided, channel id [${channelId}]`);
    if (specifiedChaincode === undefined) throw malformed(`no chaincode id is provided, channel id [${channelId}]`);
    if (specifiedChaincode === '') throw malformed(`no chaincode name is provided, channel id [${channelId}]`);
    return { channelId, chaincode: specifiedChaincode, hasTransientData: payload.getTransientmapMap().getLength() > 0 };
  } catch (error) {
    if (error instanceof ProposalFormatError) throw malformed(error.message);
    throw error;
  }
}

function malformed(reason: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${reason}`);
}
