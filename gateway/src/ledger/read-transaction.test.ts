import { common, peer } from '@hyperledger/fabric-protos';
import { readTransaction } from './read-transaction.ts';

/** A transaction as `qscc` answers it. */
function processed(args: readonly string[], result: string): Uint8Array {
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map((arg) => Buffer.from(arg)));
  const spec = new peer.ChaincodeSpec();
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const proposal = new peer.ChaincodeProposalPayload();
  proposal.setInput(invocation.serializeBinary());
  const response = new peer.Response();
  response.setPayload(Buffer.from(result));
  const answered = new peer.ChaincodeAction();
  answered.setResponse(response);
  const answer = new peer.ProposalResponsePayload();
  answer.setExtension$(answered.serializeBinary());
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(answer.serializeBinary());
  const said = new peer.ChaincodeActionPayload();
  said.setChaincodeProposalPayload(proposal.serializeBinary());
  said.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setPayload(said.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);
  const payload = new common.Payload();
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  const whole = new peer.ProcessedTransaction();
  whole.setTransactionenvelope(envelope);
  return whole.serializeBinary();
}

describe('readTransaction', () => {
  it('reads what was said and answered', () => {
    const bytes = processed(['record:propose', '[{"intent":"ä"}]'], '["done"]');
    expect(readTransaction(bytes)).toEqual({ argument: '[{"intent":"ä"}]', result: '["done"]' });
  });

  it('has nothing to say of a transaction without argument or answer, and refuses other bytes', () => {
    expect(readTransaction(new Uint8Array())).toEqual({ argument: '', result: '' });
    expect(() => readTransaction(Buffer.from('not a transaction'))).toThrow();
  });
});
