import type { ReadWriteSet, Version } from './read-write-set.ts';
import type { StateUpdates } from './state-updates.ts';
import type { StateView } from './state-view.ts';

/** Where a transaction stands in the chain, and what validation said of it (`peer.TxValidationCode`). */
export type TransactionLocation = Readonly<{ blockNumber: number; index: number; code: number }>;

/** Validation's verdict on one envelope of a block. */
export type TransactionOutcome = Readonly<{
  /** Empty for an envelope that cannot be parsed or carries no id; such a transaction cannot be looked up. */
  txId: string;
  /** `peer.TxValidationCode`; 0 is VALID. */
  code: number;
  /** The decoded results of an endorser transaction, valid or not; undefined where there are none or they cannot be read. */
  readWriteSet: ReadWriteSet | undefined;
}>;

/** A block as validation hands it over: the ledger adds the commit hash and the transactions filter. */
export type BlockToCommit = Readonly<{
  number: number;
  previousHash: Uint8Array;
  dataHash: Uint8Array;
  /** `common.Envelope` bytes. */
  envelopes: readonly Uint8Array[];
  /** `BlockMetadata.metadata[0]`, SIGNATURES: serialised `common.Metadata`; may be empty. */
  signatures: Uint8Array;
  /** One per envelope, in order. */
  outcomes: readonly TransactionOutcome[];
  /** The changes of the valid transactions, when validation has them already; otherwise made from the outcomes. */
  updates?: StateUpdates;
}>;

export type CommittedBlock = Readonly<{
  number: number;
  headerHash: Buffer;
  /** `common.Block` bytes as Deliver sends them. */
  bytes: Buffer;
  outcomes: readonly TransactionOutcome[];
}>;

/** One entry of a key's history, newest first. */
export type KeyModification = Readonly<{
  txId: string;
  value: Uint8Array;
  isDelete: boolean;
  timestamp: Readonly<{ seconds: number; nanos: number }>;
}>;

export type LedgerSnapshot = Readonly<{ id: string; height: number }>;

/** What the ledger has to know of a chaincode's private data: who holds a collection, and for how long. */
export interface CollectionDirectory {
  /** MSP ids of the members; undefined: no such collection. Implicit collections included. */
  membersOf(chaincode: string, collection: string): readonly string[] | undefined;
  /** Blocks that a value outlives its own; 0: for ever. */
  blockToLive(chaincode: string, collection: string): number;
}

/**
 * The channel's ledger, one for all organisations of the process: the chain, the world state, key history, and the private
 * data of each organisation. Reads are synchronous and see the last committed block. Every method that finds bytes that do
 * not match their hash throws LedgerError `LEDGER_CORRUPT` instead of serving them.
 */
export interface Ledger {
  /** Number of blocks. */
  readonly height: number;
  /** Header hash of the last block; no bytes for an empty chain. */
  readonly lastHeaderHash: Buffer;

  /**
   * Appends a block with everything that follows from it (state, history, private data, expiry) in one synced batch.
   * Calls must not overlap. Rejects with `LEDGER_BLOCK_OUT_OF_ORDER` for a wrong number or previous hash.
   */
  commit(block: BlockToCommit): Promise<CommittedBlock>;

  /** `common.Block` bytes; undefined at and above the height. */
  getBlock(number: number): Buffer | undefined;
  /** The first occurrence of the id on the chain. */
  findTransaction(txId: string): TransactionLocation | undefined;
  /** Resolves at once for a committed transaction, otherwise when it commits. Rejects with the signal's reason. */
  waitForTransaction(txId: string, signal: AbortSignal): Promise<TransactionLocation>;
  /** Calls back in order after each commit has become durable and visible; returns the function that ends it. */
  onCommit(listener: (block: CommittedBlock) => void): () => void;

  /** A consistent view of the state at the present height. Close it after use. */
  view(): StateView;
  /** Public values of a key by valid transactions of the first `height` blocks (default: all), newest first. */
  history(namespace: string, key: string, height?: number): AsyncIterableIterator<KeyModification>;

  /**
   * Keeps the clear private writes (`rwset.TxPvtReadWriteSet` bytes) of an endorsement until its transaction is committed,
   * when they are handed to the members of each collection. This stands for dissemination between peers.
   */
  stagePrivateWrites(txId: string, privateWrites: Uint8Array): Promise<void>;
  /** Private write sets of a block that this organisation holds: transaction index to `rwset.TxPvtReadWriteSet` bytes. */
  privateWritesOf(blockNumber: number, mspId: string): ReadonlyMap<number, Uint8Array>;

  /** Marks the present height so that the ledger can come back to it. While a snapshot lives, each commit keeps undo data. */
  snapshot(): Promise<LedgerSnapshot>;
  snapshots(): readonly LedgerSnapshot[];
  /** Takes back every block after the snapshot; later snapshots are dropped. `LEDGER_SNAPSHOT_UNKNOWN` for an unknown id. */
  revert(id: string): Promise<void>;
  /** Empties the ledger: height 0, no snapshot. The caller commits a genesis block again. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export type LedgerOptions = Readonly<{
  /** Folder of the database, created when absent. Undefined: in memory, lost on close. */
  directory: string | undefined;
  collections: CollectionDirectory;
}>;

export type { Version };

/** `open-ledger.ts` exports `openLedger: OpenLedger`; it verifies the whole chain before it resolves. */
export type OpenLedger = (options: LedgerOptions) => Promise<Ledger>;
