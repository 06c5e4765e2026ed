import { common, peer } from '@hyperledger/fabric-protos';
import { bytesKey } from '../msp/bytes-key.ts';

/** One endorser's part of a transaction. */
export type Endorsement = Readonly<{ endorser: Uint8Array; signature: Uint8Array }>;

/** The unsigned `common.Envelope` of a transaction: what the gateway returns from Endorse for the client to sign. */
export function prepareTransaction(parts: {
  header: common.Header;
  /** `ChaincodeProposalPayload` without transient data. */
  publicPayload: Uint8Array;
  proposalResponsePayload: Uint8Array;
  endorsements: readonly Endorsement[];
}): common.Envelope {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(parts.proposalResponsePayload);
  for (const { endorser, signature } of parts.endorsements) {
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(endorser);
    endorsement.setSignature(signature);
    endorsed.addEndorsements(endorsement);
  }
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(parts.publicPayload);
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(parts.header.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.addActions(action);
  const payload = new common.Payload();
  payload.setHeader(parts.header);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope;
}

/** The same endorsements with every endorser once; the first of each counts. */
export function uniqueEndorsements(endorsements: readonly Endorsement[]): Endorsement[] {
  const unique = new Map<string, Endorsement>();
  for (const endorsement of endorsements) {
    const key = bytesKey(endorsement.endorser);
    if (!unique.has(key)) unique.set(key, endorsement);
  }
  return [...unique.values()];
}
