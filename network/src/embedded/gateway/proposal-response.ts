import { common, peer } from '@hyperledger/fabric-protos';
import type { Endorsement } from '../../protocol/endorsed-transaction.ts';
import type { ChaincodeInterest } from '../endorser/chaincode-interest.ts';
import type { ChaincodeResponse } from '../endorser/endorser.ts';

/** An endorser's answer in plain values (`peer.ProposalResponse`). */
export type EndorserAnswer = Readonly<{
  response: ChaincodeResponse;
  /** `peer.ProposalResponsePayload` bytes; undefined when the chaincode was not reached. */
  payload: Uint8Array | undefined;
  /** Undefined when the answer is an error, which nobody signs. */
  endorsement: Endorsement | undefined;
  interest: ChaincodeInterest;
  /** For the log line of the transaction. */
  writtenKeys: readonly string[];
}>;

/** The answer as the `protos.Endorser` service sends it. */
export function toProposalResponse(answer: EndorserAnswer): peer.ProposalResponse {
  const message = new peer.ProposalResponse();
  const response = new peer.Response();
  response.setStatus(answer.response.status);
  response.setMessage(answer.response.message);
  response.setPayload(answer.response.payload);
  message.setResponse(response);
  if (answer.payload !== undefined) message.setPayload(answer.payload);
  if (answer.endorsement !== undefined) {
    message.setVersion(1);
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(answer.endorsement.endorser);
    endorsement.setSignature(answer.endorsement.signature);
    message.setEndorsement(endorsement);
  }
  if (answer.interest.length > 0) message.setInterest(toInterestMessage(answer.interest));
  return message;
}

function toInterestMessage(interest: ChaincodeInterest): peer.ChaincodeInterest {
  const message = new peer.ChaincodeInterest();
  for (const call of interest) {
    const callMessage = new peer.ChaincodeCall();
    callMessage.setName(call.name);
    if (call.collection !== undefined) callMessage.addCollectionNames(call.collection);
    callMessage.setNoPrivateReads(call.noPrivateReads);
    callMessage.setKeyPoliciesList(
      call.keyPolicies.map((bytes) => common.SignaturePolicyEnvelope.deserializeBinary(bytes)),
    );
    callMessage.setDisregardNamespacePolicy(call.disregardNamespacePolicy);
    message.addChaincodes(callMessage);
  }
  return message;
}

/** `peer.ProposalResponsePayload` bytes: what endorsers sign, and what has to be equal at all of them. */
export function encodeResponsePayload(
  proposalHash: Uint8Array,
  action: Readonly<{
    results: Uint8Array;
    event: Uint8Array;
    response: ChaincodeResponse;
    chaincode: Readonly<{ name: string; version: string }>;
  }>,
): Uint8Array {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(action.chaincode.name);
  chaincodeId.setVersion(action.chaincode.version);
  const response = new peer.Response();
  response.setStatus(action.response.status);
  response.setMessage(action.response.message);
  response.setPayload(action.response.payload);
  const chaincodeAction = new peer.ChaincodeAction();
  chaincodeAction.setResults(action.results);
  chaincodeAction.setEvents(action.event);
  chaincodeAction.setResponse(response);
  chaincodeAction.setChaincodeId(chaincodeId);
  const payload = new peer.ProposalResponsePayload();
  payload.setProposalHash(proposalHash);
  payload.setExtension$(chaincodeAction.serializeBinary());
  return payload.serializeBinary();
}
