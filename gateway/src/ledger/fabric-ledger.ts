import { readFileSync } from 'node:fs';
import { Client, connectivityState, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, hash, type Network } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import type { BlockStream, Committed, Ledger, PlannedTransaction, TransactionRequest } from './ledger.ts';
import { type LedgerStage, toLedgerFault, toValidationFault } from './ledger-fault.ts';
import { lowSSigner } from './low-s-signer.ts';

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

  constructor(options: FabricLedgerOptions) {
    this.channel = options.channel;
    this.chaincode = options.chaincode;
    this.#client = new Client(options.peerEndpoint, credentials.createSsl(read(options.tlsRootCert)), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // A peer that vanished without closing is noticed, and a restarted one is found again soon.
      'grpc.keepalive_time_ms': 60_000,
      'grpc.max_reconnect_backoff_ms': 2000,
      ...(options.peerHostname === undefined ? {} : { 'grpc.ssl_target_name_override': options.peerHostname }),
    });
    const within = (ms: number) => () => ({ deadline: Date.now() + ms });
    this.#gateway = connect({
      client: this.#client,
      identity: { mspId: options.mspId, credentials: read(options.clientCert) },
      signer: lowSSigner(read(options.clientKey)),
      hash: hash.none,
      evaluateOptions: within(options.evaluateTimeoutMs),
      endorseOptions: within(options.endorseTimeoutMs),
      submitOptions: within(options.submitTimeoutMs),
      commitStatusOptions: within(options.commitTimeoutMs),
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
      const submitted = await at('submit', () => endorsed.submit());
      const { successful, code, blockNumber } = await at('commit', () => submitted.getStatus());
      if (!successful) throw toValidationFault(code, txId);
      return { txId, blockNumber: Number(blockNumber), result: Buffer.from(endorsed.getResult()).toString('utf8') };
    };
    return { txId, run };
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
}

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
