import { common, peer } from '@hyperledger/fabric-protos';
import type { Endorsement } from '../../protocol/endorsed-transaction.ts';
import { parseMessage } from '../../protocol/parse-message.ts';
import { computeProposalHash } from '../../protocol/proposal-hash.ts';

/** The one action of an endorser transaction, taken apart. */
export type EndorsedAction = Readonly<{
  /** What the endorsers signed, together with their identity. */
  proposalResponsePayload: Uint8Array;
  /** `peer.ChaincodeAction` bytes. */
  extension: Uint8Array;
  endorsements: readonly Endorsement[];
}>;

/**
 * Reads `peer.Transaction` bytes and checks that the endorsed response belongs to this proposal. Throws when there is not
 * exactly one action, when a part cannot be read, or when the proposal hash differs.
 */
export function readEndorsedAction(channelHeaderBytes: Uint8Array, data: Uint8Array): EndorsedAction {
  const transaction = parseMessage(peer.Transaction, data);
  const [action, ...more] = transaction.getActionsList();
  if (action === undefined || more.length > 0) throw new RangeError('exactly one action is expected');
  const signatureHeader = parseMessage(common.SignatureHeader, action.getHeader_asU8());
  if (signatureHeader.getNonce_asU8().length === 0) throw new RangeError('the action has no nonce');
  if (signatureHeader.getCreator_asU8().length === 0) throw new RangeError('the action has no creator');
  const payload = parseMessage(peer.ChaincodeActionPayload, action.getPayload_asU8());
  const endorsed = payload.getAction() ?? new peer.ChaincodeEndorsedAction();
  const proposalResponsePayload = endorsed.getProposalResponsePayload_asU8();
  const response = parseMessage(peer.ProposalResponsePayload, proposalResponsePayload);
  // a payload that still carried transient data would not hash to this, and its unknown fields are covered as sent
  const expected = computeProposalHash(
    channelHeaderBytes,
    action.getHeader_asU8(),
    payload.getChaincodeProposalPayload_asU8(),
  );
  if (Buffer.compare(expected, response.getProposalHash_asU8()) !== 0)
    throw new RangeError('the proposal hash differs');
  return {
    proposalResponsePayload,
    extension: response.getExtension_asU8(),
    endorsements: endorsed.getEndorsementsList().map((endorsement) => ({
      endorser: endorsement.getEndorser_asU8(),
      signature: endorsement.getSignature_asU8(),
    })),
  };
}
