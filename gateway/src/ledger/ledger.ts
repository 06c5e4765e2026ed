import type { common } from '@hyperledger/fabric-protos';

/** Where and as whom transactions are made. */
export type TransactionRequest = Readonly<{
  contract: string;
  functionName: string;
  /** The one argument of a writing method, or those of a read. */
  args: readonly string[];
  transient?: Readonly<Record<string, Uint8Array>>;
  /** MSP ids whose peers execute it, all of them for a transaction; as the own peer chooses where absent. */
  organizations?: readonly string[];
}>;

export type Committed = Readonly<{ txId: string; blockNumber: number; result: string }>;

/** With the one argument that it was made with. */
export type FoundCommit = Committed & Readonly<{ argument: string }>;

/** A transaction whose id is known before anybody has seen it. */
export interface PlannedTransaction {
  readonly txId: string;
  /**
   * Endorses, submits and waits for the commit. Where an answer is lost on the way, the own peer's ledger is asked before anything is sent again.
   *
   * @param ready what has to be on disk before anything is ordered; it goes on while endorsers work
   * @throws LedgerFault, and what `ready` rejects with: then nothing was ordered
   */
  run(ready: Promise<unknown>): Promise<Committed>;
}

export interface BlockStream extends AsyncIterable<common.Block> {
  close(): void;
}

/** The ledger as the gateway uses it: one channel, one chaincode. */
export interface Ledger {
  readonly channel: string;
  readonly chaincode: string;
  plan(request: TransactionRequest): PlannedTransaction;
  /** A transaction that the ledger holds as valid; undefined where the own peer does not have it within a moment, or does not answer. */
  findCommit(txId: string): Promise<FoundCommit | undefined>;
  /** @throws LedgerFault */
  evaluate(request: TransactionRequest): Promise<string>;
  /**
   * Blocks of the channel as the own peer has them now.
   * @throws LedgerFault
   */
  height(): Promise<number>;
  /** Full blocks from `startBlock` on, without end. */
  blocks(startBlock: number): Promise<BlockStream>;
  /** Whether the own peer's gateway service can be reached now. */
  isReachable(): Promise<boolean>;
  close(): void;
}
