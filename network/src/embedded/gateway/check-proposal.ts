import { common, type peer } from '@hyperledger/fabric-protos';
import { certificateExpiryMs } from '../../msp/certificate-expiry.ts';
import type { Identity } from '../../msp/identity.ts';
import type { MspManager } from '../../msp/msp-manager.ts';
import { channelHeaderTimeMs } from '../../protocol/channel-header-at.ts';
import { computeTransactionId } from '../../protocol/transaction-id.ts';
import type { ProposalHeaders, UnpackedProposal } from '../../protocol/unpacked-proposal.ts';
import { goTime } from './go-time.ts';

/** How far a proposal's time stamp may be from the endorser's clock. */
export const TIME_WINDOW_MS = 15 * 60_000;

/**
 * A proposal that is not executed. `message` is a Fabric peer's. A `filter` refuses before the endorser proper looks, which
 * Fabric's gateway takes for an unavailable peer; `check` is the client's fault.
 */
export class ProposalRefusal extends Error {
  override readonly name = 'ProposalRefusal';
  readonly code = 'MQ_PROPOSAL_REFUSED';
  readonly stage: 'filter' | 'check';
  constructor(stage: 'filter' | 'check', message: string) {
    super(message);
    this.stage = stage;
  }
}

/** Fabric's authentication filters: the creator's certificate has not expired, the time stamp is near. */
export function filterProposal(proposal: ProposalHeaders, nowMs: number): void {
  if (certificateExpiryMs(proposal.creator) < nowMs)
    throw new ProposalRefusal('filter', 'proposal client identity expired');
  const sentMs = channelHeaderTimeMs(proposal.channelHeader);
  if (Math.abs(nowMs - sentMs) > TIME_WINDOW_MS) {
    throw new ProposalRefusal(
      'filter',
      `request unauthorized due to incorrect timestamp ${goTime(sentMs)}, peer time ${goTime(nowMs)}, ` +
        'peer.authentication.timewindow 15m0s',
    );
  }
}

/** Checks header, id, creator and signature in a peer's order and returns the creator. Throws ProposalRefusal. */
export function checkProposal(proposal: UnpackedProposal, signed: peer.SignedProposal, msps: MspManager): Identity {
  const refuse = (reason: string): ProposalRefusal =>
    new ProposalRefusal('check', `error validating proposal: ${reason}`);
  const { channelHeader, channelId, creator, nonce, txId } = proposal;
  const type = channelHeader.getType();
  if (type !== common.HeaderType.ENDORSER_TRANSACTION && type !== common.HeaderType.CONFIG) {
    throw refuse(`invalid header type ${HEADER_TYPE_NAMES.get(type) ?? type}`);
  }
  if (channelHeader.getEpoch() !== 0) throw refuse('epoch is non-zero');
  if (nonce.length === 0) throw refuse('nonce is empty');
  if (creator.length === 0) throw refuse('creator is empty');
  const expected = computeTransactionId(nonce, creator);
  if (txId !== expected) throw refuse(`incorrectly computed txid '${txId}' -- expected '${expected}'`);
  const signature = signed.getSignature_asU8();
  if (signature.length === 0) throw refuse('empty signature bytes');
  const identity = msps.find(creator);
  if (identity === undefined) {
    throw refuse(`access denied: channel [${channelId}] creator org unknown, creator is malformed`);
  }
  const denied = `access denied: channel [${channelId}] creator org [${identity.mspId}]`;
  if (identity.invalidReason !== undefined) throw refuse(denied);
  if (!msps.verify(identity, signed.getProposalBytes_asU8(), signature)) throw refuse(denied);
  return identity;
}

const HEADER_TYPE_NAMES = new Map<number, string>(
  Object.entries(common.HeaderType).map(([name, type]) => [type, name]),
);
