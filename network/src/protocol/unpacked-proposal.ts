import { common, peer } from '@hyperledger/fabric-protos';
import { type MessageClass, parseMessage } from './parse-message.ts';
import { computeProposalHash } from './proposal-hash.ts';

/** The parts of a `peer.Proposal`, taken apart once. Texts of refusals are those of a Fabric peer. */
export type UnpackedProposal = Readonly<{
  channelHeader: common.ChannelHeader;
  channelHeaderBytes: Uint8Array;
  signatureHeaderBytes: Uint8Array;
  creator: Uint8Array;
  nonce: Uint8Array;
  channelId: string;
  txId: string;
  /** Name in the header extension: the chaincode that is executed. */
  chaincode: string;
  /** Name in the invocation specification: the chaincode for which the gateway chooses endorsers. */
  specifiedChaincode: string;
  args: readonly Uint8Array[];
  hasTransientData: boolean;
  /** `ChaincodeProposalPayload` without the transient map, as it goes into the transaction. */
  publicPayload: Uint8Array;
  proposalHash: Buffer;
}>;

/** A proposal whose bytes cannot be taken apart. The message is a Fabric peer's. */
export class ProposalFormatError extends Error {
  override readonly name = 'ProposalFormatError';
  readonly code = 'MQ_PROPOSAL_FORMAT';
}

/** What the gateway looks at before anything else. */
export type ProposalOutline = Readonly<{
  header: common.Header;
  channelId: string;
  /** Undefined without an invocation specification or chaincode id. */
  specifiedChaincode: string | undefined;
  hasSpecification: boolean;
  payload: peer.ChaincodeProposalPayload;
}>;

/** Reads the outline of a proposal. Throws ProposalFormatError. */
export function outlineProposal(proposalBytes: Uint8Array): ProposalOutline {
  const proposal = parsePart(peer.Proposal, proposalBytes, 'Proposal');
  const header = parsePart(common.Header, proposal.getHeader_asU8(), 'Header');
  const channelHeader = parsePart(common.ChannelHeader, header.getChannelHeader_asU8(), 'ChannelHeader');
  const payload = parsePart(peer.ChaincodeProposalPayload, proposal.getPayload_asU8(), 'ChaincodeProposalPayload');
  const invocation = parsePart(peer.ChaincodeInvocationSpec, payload.getInput_asU8(), 'ChaincodeInvocationSpec');
  const specification = invocation.getChaincodeSpec();
  return {
    header,
    channelId: channelHeader.getChannelId(),
    specifiedChaincode: specification?.getChaincodeId()?.getName(),
    hasSpecification: specification !== undefined,
    payload,
  };
}

/** The headers of a proposal: what a peer looks at before the rest. Throws ProposalFormatError. */
export function readProposalHeaders(proposalBytes: Uint8Array): ProposalHeaders {
  const proposal = parsePart(peer.Proposal, proposalBytes, 'Proposal');
  const header = parsePart(common.Header, proposal.getHeader_asU8(), 'Header');
  const channelHeader = parsePart(common.ChannelHeader, header.getChannelHeader_asU8(), 'ChannelHeader');
  const signatureHeader = parsePart(common.SignatureHeader, header.getSignatureHeader_asU8(), 'SignatureHeader');
  return {
    proposal,
    header,
    channelHeader,
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
  };
}

/** What stands at the head of a proposal. */
export type ProposalHeaders = Readonly<{
  proposal: peer.Proposal;
  header: common.Header;
  channelHeader: common.ChannelHeader;
  creator: Uint8Array;
  nonce: Uint8Array;
}>;

/** Takes a proposal apart as an endorser does. Throws ProposalFormatError. */
export function unpackProposal({ proposal, header, channelHeader, creator, nonce }: ProposalHeaders): UnpackedProposal {
  const channelHeaderBytes = header.getChannelHeader_asU8();
  const signatureHeaderBytes = header.getSignatureHeader_asU8();
  const extension = parsePart(
    peer.ChaincodeHeaderExtension,
    channelHeader.getExtension_asU8(),
    'ChaincodeHeaderExtension',
  );
  const chaincode = extension.getChaincodeId();
  if (chaincode === undefined) throw new ProposalFormatError('ChaincodeHeaderExtension.ChaincodeId is nil');
  if (chaincode.getName() === '') throw new ProposalFormatError('ChaincodeHeaderExtension.ChaincodeId.Name is empty');
  const payload = parsePart(peer.ChaincodeProposalPayload, proposal.getPayload_asU8(), 'ChaincodeProposalPayload');
  const invocation = parsePart(peer.ChaincodeInvocationSpec, payload.getInput_asU8(), 'ChaincodeInvocationSpec');
  const specification = invocation.getChaincodeSpec();
  if (specification === undefined) {
    throw new ProposalFormatError('chaincode invocation spec did not contain chaincode spec');
  }
  const input = specification.getInput();
  if (input === undefined) throw new ProposalFormatError('chaincode input did not contain any input');
  const publicPayload = withoutTransientData(payload);
  return {
    channelHeader,
    channelHeaderBytes,
    signatureHeaderBytes,
    creator,
    nonce,
    channelId: channelHeader.getChannelId(),
    txId: channelHeader.getTxId(),
    chaincode: chaincode.getName(),
    specifiedChaincode: specification.getChaincodeId()?.getName() ?? '',
    args: input.getArgsList_asU8(),
    hasTransientData: payload.getTransientmapMap().getLength() > 0,
    publicPayload,
    proposalHash: computeProposalHash(channelHeaderBytes, signatureHeaderBytes, publicPayload),
  };
}

/** `ChaincodeProposalPayload` bytes with the input alone. */
export function withoutTransientData(payload: peer.ChaincodeProposalPayload): Uint8Array {
  const kept = new peer.ChaincodeProposalPayload();
  kept.setInput(payload.getInput_asU8());
  return kept.serializeBinary();
}

function parsePart<T>(type: MessageClass<T>, bytes: Uint8Array, name: string): T {
  try {
    return parseMessage(type, bytes);
  } catch (cause) {
    throw new ProposalFormatError(`error unmarshalling ${name}: ${(cause as Error).message}`, { cause });
  }
}
