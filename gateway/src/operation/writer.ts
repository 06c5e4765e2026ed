import type { ContractName } from '@medquorum/chaincode/ledger/functions';
import type { SignedEntry } from '../ledger/group-commit.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { Operations, WriteOutcome, WriteRequest } from './operations.ts';

export type Planned = Readonly<{
  entries: readonly SignedEntry[];
  touches: readonly string[];
  transient?: Readonly<Record<string, Uint8Array>>;
  /** What has to be on disk before anything is ordered. */
  ready?: Promise<unknown>;
  /** Units under another key policy than the chaincode's name it. */
  policy?: string;
}>;

/** Where a write stands, as routes answer it. */
export type CommittedView = Readonly<{ operationId: string; txId: string; blockNumber: number | null }>;

/** Writes entries and sees to it that this gateway's later reads know of them. */
export class Writer {
  readonly #operations: Operations;
  readonly #readModel: ReadModel;

  constructor(operations: Operations, readModel: ReadModel) {
    this.#operations = operations;
    this.#readModel = readModel;
  }

  /** @throws as {@link Operations.run} */
  async write(
    request: WriteRequest,
    contract: ContractName,
    functionName: string,
    plan: () => Promise<Planned>,
  ): Promise<WriteOutcome> {
    const outcome = await this.#operations.run(request, async () => {
      const { policy = 'chaincode', ...planned } = await plan();
      return { contract, functionName, policy, ...planned };
    });
    this.#readModel.acknowledged(outcome.blockNumber);
    return outcome;
  }
}

export function committedView({ operationId, txId, blockNumber }: WriteOutcome): CommittedView {
  return { operationId, txId, blockNumber: blockNumber ?? null };
}

/** Arguments of the first entry: what a repeated request is answered from. */
export function argsOf<T>({ entries }: Pick<WriteOutcome, 'entries'>, index = 0): T {
  return entries[index]?.intent.args as T;
}
