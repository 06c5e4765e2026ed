import { common, peer } from '@hyperledger/fabric-protos';

/** What a transaction on the ledger said and was answered: the one argument of a writing method, and its result. */
export type LedgerTransaction = Readonly<{ argument: string; result: string }>;

/** @param bytes a `peer.ProcessedTransaction` with an endorser transaction in it; @throws Error for other bytes */
export function readTransaction(bytes: Uint8Array): LedgerTransaction {
  const envelope = peer.ProcessedTransaction.deserializeBinary(bytes).getTransactionenvelope();
  const payload = common.Payload.deserializeBinary(envelope?.getPayload_asU8() ?? new Uint8Array());
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  const said = peer.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array());
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(said.getChaincodeProposalPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  const [, argument = new Uint8Array()] = spec?.getInput()?.getArgsList_asU8() ?? [];
  const answer = peer.ProposalResponsePayload.deserializeBinary(
    said.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  const result = peer.ChaincodeAction.deserializeBinary(answer.getExtension_asU8()).getResponse()?.getPayload_asU8();
  return { argument: text(argument), result: text(result ?? new Uint8Array()) };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
