import type { Context } from 'fabric-contract-api';
import type { Author } from '../identity/author.ts';
import type { ContractName, FunctionName } from '../ledger/functions.ts';
import type { Operation } from '../ledger/operation.ts';
import { type AuthorRule, type Execution, runEntries } from '../ledger/run-entries.ts';
import { CHAINCODE_NAME, type TransactionFacts } from '../ledger/transaction.ts';
import type { ContractOptions } from './contract-options.ts';
import { StubStateStore } from './stub-state-store.ts';

/** Runs a writing method's operation on each of its entries; see `runEntries`. */
export function execute<C extends ContractName, F extends FunctionName<C>, R extends AuthorRule = 'registered'>(
  ctx: Context,
  options: ContractOptions,
  contract: C,
  fn: F,
  entriesJson: string,
  operation: Operation<C, F, R extends 'self' ? null : Author>,
  authorRule?: R,
): Promise<string> {
  return runEntries(executionOf(ctx, options), contract, fn, entriesJson, operation, authorRule);
}

export function executionOf(ctx: Context, { now, veto }: ContractOptions): Execution {
  return { tx: transactionFacts(ctx), store: new StubStateStore(ctx.stub), nowMs: now(), veto };
}

function transactionFacts({ stub, clientIdentity }: Context): TransactionFacts {
  return {
    channel: stub.getChannelID(),
    chaincode: CHAINCODE_NAME,
    txId: stub.getTxID(),
    timeMs: stub.getDateTimestamp().getTime(),
    submitterMspId: clientIdentity.getMSPID(),
    transient: stub.getTransient(),
  };
}
