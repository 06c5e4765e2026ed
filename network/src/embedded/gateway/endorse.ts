import { status } from '@grpc/grpc-js';
import { gateway, type peer } from '@hyperledger/fabric-protos';
import { prepareTransaction, uniqueEndorsements } from '../../protocol/endorsed-transaction.ts';
import { RpcError } from '../../protocol/rpc-error.ts';
import {
  outlineProposal,
  ProposalFormatError,
  type ProposalOutline,
  withoutTransientData,
} from '../../protocol/unpacked-proposal.ts';
import type { ChaincodeInterest } from '../endorser/chaincode-interest.ts';
import { chooseEndorsers, NoEndorsersError } from './choose-endorsers.ts';
import { type CompletedPlan, EndorsementPlan } from './endorsement-plan.ts';
import type { GatewayContext } from './gateway-context.ts';
import type { OrganizationPeer } from './organization-peer.ts';
import type { EndorserAnswer } from './proposal-response.ts';
import { askEndorser, type EndorserOutcome } from './response-status.ts';

/** `gateway.Gateway/Endorse`: collects endorsements of the named organisations, or of as many as the policies ask for. */
export async function endorse(
  request: gateway.EndorseRequest,
  context: GatewayContext,
  signal: AbortSignal,
): Promise<gateway.EndorseResponse> {
  const signed = request.getProposedTransaction();
  const bytes = signed?.getProposalBytes_asU8();
  if (signed === undefined || bytes === undefined || bytes.length === 0) {
    throw new RpcError(status.INVALID_ARGUMENT, 'the proposed transaction must contain a signed proposal');
  }
  const outline = readOutline(bytes);
  const beganMs = performance.now();
  const call = new EndorseCall(signed, outline, context, signal);
  let completed: CompletedPlan;
  try {
    completed = await call.complete(request.getEndorsingOrganizationsList());
  } catch (error) {
    if (error instanceof RpcError) context.journal.failed(outline, error.errorDetails, error.message, beganMs);
    throw error;
  }
  context.journal.endorsed(outline, completed.mspIds, call.writtenKeys, beganMs);
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(
    prepareTransaction({
      header: outline.header,
      publicPayload: withoutTransientData(outline.payload),
      proposalResponsePayload: completed.payload,
      endorsements: uniqueEndorsements(completed.endorsements),
    }),
  );
  return response;
}

/** One call: the proposal, who may endorse it, what they answered. */
class EndorseCall {
  writtenKeys: readonly string[] = [];
  readonly #signed: peer.SignedProposal;
  readonly #outline: ProposalOutline;
  readonly #context: GatewayContext;
  readonly #signal: AbortSignal;

  constructor(signed: peer.SignedProposal, outline: ProposalOutline, context: GatewayContext, signal: AbortSignal) {
    this.#signed = signed;
    this.#outline = outline;
    this.#context = context;
    this.#signal = signal;
  }

  /** Endorsements of these organisations, or of those that the policies ask for when none is named. */
  async complete(named: readonly string[]): Promise<CompletedPlan> {
    const plan = named.length > 0 ? this.#planFor(named) : await this.#planFromFirstAnswer();
    await this.#collect(plan);
    if (plan.completed !== undefined) return plan.completed;
    const message = 'failed to collect enough transaction endorsements, see attached details for more info';
    throw new RpcError(status.ABORTED, message, plan.errorDetails);
  }

  #planFor(mspIds: readonly string[]): EndorsementPlan {
    const candidates = this.#candidates();
    const missing = mspIds.filter((mspId) => !candidates.has(mspId));
    if (missing.length > 0) {
      throw new RpcError(status.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${missing.join(', ')}`);
    }
    return new EndorsementPlan([mspIds], candidates);
  }

  /** Asks the own organisation first and plans by what its simulation touched. */
  async #planFromFirstAnswer(): Promise<EndorsementPlan> {
    const { own } = this.#context;
    const plain: ChaincodeInterest = [
      {
        name: this.#outline.specifiedChaincode ?? '',
        collection: undefined,
        noPrivateReads: false,
        keyPolicies: [],
        disregardNamespacePolicy: false,
      },
    ];
    const candidates = this.#candidates();
    const first = candidates.has(own.mspId) ? own : this.#firstOfOthers(plain, candidates);
    const outcome = await this.#ask(first);
    if (!outcome.ok) {
      const details = [{ address: first.address, mspId: first.mspId, message: outcome.message }];
      throw new RpcError(status.ABORTED, 'failed to endorse transaction, see attached details for more info', details);
    }
    const { answer } = outcome;
    const interest = answer.interest.length > 0 ? answer.interest : plain;
    const plan = new EndorsementPlan(this.#layouts(interest, first), candidates);
    this.#take(plan, first, answer);
    return plan;
  }

  /** Asks the peers of one set after the other, each set at once, until one is complete or none is left. */
  async #collect(plan: EndorsementPlan): Promise<void> {
    while (plan.completed === undefined) {
      const peers = plan.next();
      if (peers.length === 0) return;
      const outcomes = await Promise.all(peers.map(async (peer) => ({ peer, outcome: await this.#ask(peer) })));
      for (const { peer, outcome } of outcomes) {
        if (outcome.ok) this.#take(plan, peer, outcome.answer);
        else plan.fail(peer, outcome.message);
      }
    }
  }

  #take(plan: EndorsementPlan, peer: OrganizationPeer, answer: EndorserAnswer): void {
    if (this.writtenKeys.length === 0) this.writtenKeys = answer.writtenKeys;
    plan.accept(peer, answer.payload ?? new Uint8Array(), answer.endorsement);
  }

  #firstOfOthers(interest: ChaincodeInterest, candidates: ReadonlyMap<string, OrganizationPeer>): OrganizationPeer {
    if (this.#outline.payload.getTransientmapMap().getLength() > 0) {
      const message =
        "no endorsers found in the gateway's organization; retry specifying endorsing organization(s) to protect transient data";
      throw new RpcError(status.FAILED_PRECONDITION, message);
    }
    const [set] = this.#chosen(interest, undefined);
    const first = candidates.get(set?.[0] ?? '');
    if (first === undefined) throw new RpcError(status.FAILED_PRECONDITION, new NoEndorsersError('').message);
    return first;
  }

  /** With transient data only members of the touched collections are to see the proposal, unless the client names others. */
  #layouts(interest: ChaincodeInterest, first: OrganizationPeer): readonly (readonly string[])[] {
    const written = interest.filter(({ collection, noPrivateReads }) => collection !== undefined && noPrivateReads);
    if (this.#outline.payload.getTransientmapMap().getLength() === 0 || written.length === 0) {
      return this.#chosen(interest, first.mspId);
    }
    try {
      return this.#chosen(
        interest.map((call) => ({ ...call, noPrivateReads: false })),
        first.mspId,
      );
    } catch (error) {
      this.#chosen(interest, first.mspId); // fails on its own account where protection is not the cause
      if (!(error instanceof RpcError)) throw error;
      const collections = written.map(({ collection }) => collection).join(' ');
      const message =
        'requires endorsement from organisation(s) that are not in the distribution policy of the private data ' +
        `collection(s): [${collections}]; retry specifying trusted endorsing organizations to protect transient data`;
      throw new RpcError(status.FAILED_PRECONDITION, message);
    }
  }

  #chosen(interest: ChaincodeInterest, preferred: string | undefined): readonly (readonly string[])[] {
    const { channel, definitions, peers } = this.#context;
    try {
      return chooseEndorsers(this.#outline.channelId, interest, { channel, definitions, peers, preferred });
    } catch (error) {
      if (error instanceof NoEndorsersError) throw new RpcError(status.FAILED_PRECONDITION, error.message);
      throw error;
    }
  }

  #ask(peer: OrganizationPeer): Promise<EndorserOutcome> {
    return askEndorser(peer, peer === this.#context.own, () => peer.processProposal(this.#signed, this.#signal));
  }

  #candidates(): Map<string, OrganizationPeer> {
    const { channel, peers } = this.#context;
    if (this.#outline.channelId !== channel.channelId) return new Map();
    const chaincode = this.#outline.specifiedChaincode ?? '';
    const able = peers.filter((peer) => peer.isUp && peer.hasChaincode(chaincode));
    return new Map(able.map((peer) => [peer.mspId, peer]));
  }
}

function readOutline(bytes: Uint8Array): ProposalOutline {
  try {
    return outlineProposal(bytes);
  } catch (error) {
    if (error instanceof ProposalFormatError) throw new RpcError(status.INVALID_ARGUMENT, error.message);
    throw error;
  }
}
