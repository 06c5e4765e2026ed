import { GatewayError } from '@hyperledger/fabric-gateway';
import { peer } from '@hyperledger/fabric-protos';
import type { GatewayClient } from '../network/gateway-client.ts';
import { connectGateway } from '../network/gateway-client.ts';
import type { OperatedNetwork } from './operated-network.ts';

/** The probe chaincode as somebody of one organisation calls it. */
export class ProbeClient {
  readonly #client: GatewayClient;
  readonly #channel: string;

  static async connect(network: OperatedNetwork, mspId: string): Promise<ProbeClient> {
    return new ProbeClient(await connectGateway(network.connection(mspId)), network.topology.channel.name);
  }

  private constructor(client: GatewayClient, channel: string) {
    this.#client = client;
    this.#channel = channel;
  }

  get contract() {
    return this.#client.gateway.getNetwork(this.#channel).getContract('probe');
  }

  get network() {
    return this.#client.gateway.getNetwork(this.#channel);
  }

  /** Writes and waits for the commit. */
  async put(key: string, value: string): Promise<void> {
    await this.contract.submitTransaction('run', JSON.stringify([['put', key, value]]));
  }

  /** Has a write endorsed that changes nothing and is not submitted. */
  async endorse(): Promise<void> {
    await this.contract.newProposal('run', { arguments: [JSON.stringify([['params']])] }).endorse();
  }

  async get(key: string): Promise<string | null> {
    const answer = await this.contract.evaluateTransaction('run', JSON.stringify([['get', key]]));
    return (JSON.parse(Buffer.from(answer).toString()) as [string | null])[0];
  }

  /** Validation code of a transaction on the own peer's ledger; undefined where it is not there. */
  async recordedCode(txId: string): Promise<number | undefined> {
    try {
      const ledger = this.network.getContract('qscc');
      const answer = await ledger.evaluateTransaction('GetTransactionByID', this.#channel, txId);
      return peer.ProcessedTransaction.deserializeBinary(answer).getValidationcode();
    } catch (error) {
      const details = error instanceof GatewayError ? error.details.map(({ message }) => message).join() : '';
      if (details.includes('no such transaction ID') || details.includes('Failed to get transaction')) return undefined;
      throw error;
    }
  }

  close(): void {
    this.#client.close();
  }
}
