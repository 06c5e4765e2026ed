import type { ChaincodeDefinition, CollectionDefinition } from '../chaincode/chaincode-definition.ts';
import type { CollectionDirectory, Ledger } from '../ledger/ledger.ts';
import type { ChaincodeInterest } from './chaincode-interest.ts';

/** A proposal whose signature, identity and header have been checked. Nothing here is checked again. */
export type SimulationRequest = Readonly<{
  /** MSP id of the organisation whose endorser simulates: its chaincode connection and private data are used. */
  mspId: string;
  channelId: string;
  txId: string;
  chaincode: string;
  /** `ChaincodeInput.args`; the first is the function name by convention. */
  args: readonly Uint8Array[];
  /** Organisation of the proposal's creator, for member-only collections. */
  creatorMspId: string;
  /** `peer.SignedProposal` bytes as received: the chaincode reads creator, nonce, transient data and time from it. */
  signedProposal: Uint8Array;
  /** Ends the simulation early; the chaincode's late answer is dropped. */
  signal?: AbortSignal;
}>;

export type ChaincodeResponse = Readonly<{ status: number; message: string; payload: Uint8Array }>;

export type Simulation = Readonly<{
  response: ChaincodeResponse;
  /** `rwset.TxReadWriteSet` bytes. */
  results: Uint8Array;
  /** `protos.ChaincodeEvent` bytes; empty without an event. */
  event: Uint8Array;
  /** `ChaincodeID` of the response: the called chaincode's committed name and version. */
  chaincode: Readonly<{ name: string; version: string }>;
  /** `rwset.TxPvtReadWriteSet` bytes; undefined when nothing private was written. Already staged in the ledger. */
  privateWrites: Uint8Array | undefined;
  /** What the gateway's plan needs to know; official message of the endorser's answer. */
  interest: ChaincodeInterest;
  /** Public keys written, as `namespace/key` texts for the log line of a transaction; at most LOGGED_KEYS. */
  writtenKeys: readonly string[];
}>;

/**
 * Runs proposals against an organisation's chaincode process.
 *
 * Rejects with EndorserError whose `message` is the exact text of a Fabric peer (without code prefix), for example
 * `error in simulation: failed to execute transaction <txid>: error sending: timeout expired while executing transaction`.
 */
export interface Endorser {
  /** Simulates; any chaincode status is an answer, not a rejection (status >= 400 leaves results, which nobody should sign). */
  simulate(request: SimulationRequest): Promise<Simulation>;
  /** Whether this organisation's process of a chaincode is connected and ready now. */
  isReady(mspId: string, chaincode: string): boolean;
  /** Resolves when every configured process has registered, or rejects at the signal. */
  ready(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type EndorserOptions = Readonly<{
  channelId: string;
  ledger: Ledger;
  /** The committed definitions; asked at each use, so that a changed definition counts from its block on. */
  definitions: ChaincodeDirectory;
  /** Called chaincode longer than this fails the proposal; default 30,000. */
  executeTimeoutMs?: number;
  log?: EndorserLog;
}>;

export interface ChaincodeDirectory extends CollectionDirectory {
  get(chaincode: string): ChaincodeDefinition | undefined;
  list(): readonly ChaincodeDefinition[];
  /** Explicit and implicit collections alike. */
  findCollection(chaincode: string, collection: string): CollectionDefinition | undefined;
}

/** The part of a pino logger that is used. */
export type EndorserLog = Readonly<{
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}>;

/** `create-endorser.ts` exports `createEndorser: CreateEndorser`; `chaincode/chaincode-directory.ts` makes a directory of definitions. */
export type CreateEndorser = (options: EndorserOptions) => Endorser;
