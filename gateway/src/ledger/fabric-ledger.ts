import { readFileSync } from 'node:fs';
import { Client, connectivityState, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, hash, type Network } from '@hyperledger/fabric-gateway';
import { common, gateway as messages, msp } from '@hyperledger/fabric-protos';
import type { BlockStream, Committed, FoundCommit, Ledger, PlannedTransaction, TransactionRequest } from './ledger.ts';
import { type LedgerStage, toLedgerFault } from './ledger-fault.ts';
import { lowSSigner } from './low-s-signer.ts';
import { readTransaction } from './read-transaction.ts';
import { blockOf, type CommitStatus, submitOnce, WATCH_MS } from './submit-once.ts';

/** A PEM file, or its text where it came inside another file (connection profile, wallet). */
export type PemSource = string | Readonly<{ pem: string }>;

export type FabricLedgerOptions = Readonly<{
  mspId: string;
  channel: string;
  chaincode: string;
  /** `host:port` of the own peer. */
  peerEndpoint: string;
  /** Name in the peer's TLS certificate where it is not that of the endpoint. */
  peerHostname?: string | undefined;
  tlsRootCert: PemSource;
  clientCert: PemSource;
  clientKey: PemSource;
  evaluateTimeoutMs: number;
  endorseTimeoutMs: number;
  submitTimeoutMs: number;
  /** Of submission and commit together. */
  commitTimeoutMs: number;
}>;

const REACHABLE_TIMEOUT_MS = 2000;

/** The ledger through the gateway service of the organisation's own peer: one connection for everything. */
export class FabricLedger implements Ledger {
  readonly channel: string;
  readonly chaincode: string;
  readonly #client: Client;
  readonly #gateway: Gateway;
  readonly #network: Network;
  readonly #submitTimeoutMs: number;
  readonly #commitTimeoutMs: number;

  constructor(options: FabricLedgerOptions) {
    this.channel = options.channel;
    this.chaincode = options.chaincode;
    this.#submitTimeoutMs = options.submitTimeoutMs;
    this.#commitTimeoutMs = options.commitTimeoutMs;
    this.#client = new Client(options.peerEndpoint, credentials.createSsl(read(options.tlsRootCert)), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // A peer that vanished without closing is noticed, and a restarted one is found again soon.
      'grpc.keepalive_time_ms': 60_000,
      'grpc.max_reconnect_backoff_ms': 2000,
      ...(options.peerHostname === undefined ? {} : { 'grpc.ssl_target_name_override': options.peerHostname }),
    });
    this.#gateway = connect({
      client: this.#client,
      identity: { mspId: options.mspId, credentials: read(options.clientCert) },
      signer: lowSSigner(read(options.clientKey)),
      hash: hash.none,
      evaluateOptions: () => within(options.evaluateTimeoutMs),
      endorseOptions: () => within(options.endorseTimeoutMs),
    });
    this.#network = this.#gateway.getNetwork(options.channel);
  }

  plan({ contract, functionName, ...request }: TransactionRequest): PlannedTransaction {
    const options = optionsOf(request);
    const proposal = this.#network.getContract(this.chaincode, contract).newProposal(functionName, options);
    const txId = proposal.getTransactionId();
    const run = async (ready: Promise<unknown>): Promise<Committed> => {
      const endorsed = await at('endorse', () => proposal.endorse());
      await ready;
      const submit = (ms: number) => endorsed.submit(within(Math.min(ms, this.#submitTimeoutMs)));
      const transaction = { txId, submit, status: this.#statusOf(txId) };
      const blockNumber = await submitOnce(transaction, this.#commitTimeoutMs);
      return { txId, blockNumber, result: Buffer.from(endorsed.getResult()).toString('utf8') };
    };
    return { txId, run };
  }

  async findCommit(txId: string): Promise<FoundCommit | undefined> {
    try {
      const blockNumber = await blockOf({ txId, status: this.#statusOf(txId) }, WATCH_MS);
      if (blockNumber === undefined) return undefined;
      const system = this.#network.getContract('qscc');
      const found = await system.evaluate('GetTransactionByID', { arguments: [this.channel, txId] });
      return { txId, blockNumber, ...readTransaction(found) };
    } catch {
      return undefined; // invalid, whatever the reason, or no answer: neither is a commit that was found
    }
  }

  async evaluate({ contract, functionName, ...request }: TransactionRequest): Promise<string> {
    const target = this.#network.getContract(this.chaincode, contract);
    const result = await at('evaluate', () => target.evaluate(functionName, optionsOf(request)));
    return Buffer.from(result).toString('utf8');
  }

  async height(): Promise<number> {
    const system = this.#network.getContract('qscc');
    const info = await at('evaluate', () => system.evaluate('GetChainInfo', { arguments: [this.channel] }));
    return common.BlockchainInfo.deserializeBinary(info).getHeight();
  }

  async blocks(startBlock: number): Promise<BlockStream> {
    return this.#network.getBlockEvents({ startBlock: BigInt(startBlock) });
  }

  isReachable(): Promise<boolean> {
    if (this.#client.getChannel().getConnectivityState(true) === connectivityState.READY) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#client.waitForReady(Date.now() + REACHABLE_TIMEOUT_MS, (error) => resolve(error === undefined));
    });
  }

  close(): void {
    this.#gateway.close();
    this.#client.close();
  }

  /** Asks for a transaction by its id alone, also one of a process that is no more. */
  #statusOf(txId: string): (ms: number) => Promise<CommitStatus> {
    const { mspId, credentials: certificate } = this.#gateway.getIdentity();
    const creator = new msp.SerializedIdentity();
    creator.setMspid(mspId);
    creator.setIdBytes(certificate);
    const request = new messages.CommitStatusRequest();
    request.setChannelId(this.channel);
    request.setTransactionId(txId);
    request.setIdentity(creator.serializeBinary());
    const signed = new messages.SignedCommitStatusRequest();
    signed.setRequest(request.serializeBinary());
    const commit = this.#gateway.newCommit(signed.serializeBinary());
    return async (ms) => {
      const { code, blockNumber } = await commit.getStatus(within(ms));
      return { code, blockNumber: Number(blockNumber) };
    };
  }
}

const within = (ms: number) => ({ deadline: Date.now() + ms });

const read = (source: PemSource): Buffer =>
  typeof source === 'string' ? readFileSync(source) : Buffer.from(source.pem);

function optionsOf({ args, transient, organizations }: Omit<TransactionRequest, 'contract' | 'functionName'>) {
  return {
    arguments: [...args],
    ...(transient === undefined ? {} : { transientData: { ...transient } }),
    ...(organizations === undefined ? {} : { endorsingOrganizations: [...organizations] }),
  };
}

async function at<T>(stage: LedgerStage, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toLedgerFault(error, stage);
  }
}
