import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { connect, type Gateway, signers } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { until } from '@medquorum/network/operations/until';
import { loadMaterial, type OrganizationMaterial } from '@medquorum/network/pki/load-material';
import { type NetworkUnderTest, startNetworkUnderTest } from '@medquorum/network/testing/network-under-test';
import { testEngine } from '@medquorum/network/testing/test-engine';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { type ChaincodeProcess, startChaincodeProcess } from './chaincode-process.ts';

const CONSORTIUM = fileURLToPath(new URL('../../network/consortium.yaml', import.meta.url));

/** Who endorses: those named, or as the gateway service chooses. */
export type SubmitOptions = Readonly<{ endorsedBy?: readonly string[]; transient?: Readonly<Record<string, Buffer>> }>;

/**
 * The default consortium on the engine that the run is for: real chaincode processes, real certificates, endorsement and key-level policies,
 * called through the ordinary client. Every second organisation's process knows its description of the consortium, and vetoes by it.
 */
export class EhrNetwork {
  readonly topology: Topology;
  readonly #directory: string;
  readonly #processes: readonly ChaincodeProcess[];
  readonly #network: NetworkUnderTest;
  readonly #clients: ReadonlyMap<string, Readonly<{ grpc: GrpcClient; gateway: Gateway }>>;

  static async start(): Promise<EhrNetwork> {
    const directory = mkdtempSync(path.join(tmpdir(), 'mq-ehr-'));
    const topology = await loadTopology(CONSORTIUM);
    const description = path.join(directory, 'consortium.json');
    writeFileSync(description, JSON.stringify(topology));
    const mspIds = topology.organizations.map(({ mspId }) => mspId);
    const [trusting, vetoing] = [0, 1].map((rest) => mspIds.filter((_, index) => index % 2 === rest));
    const processes: ChaincodeProcess[] = [];
    const network = await startNetworkUnderTest(testEngine(), {
      topology,
      directory,
      sharing: [trusting ?? [], vetoing ?? []],
      async startChaincode({ mspIds: [first = ''], host, port, chaincodeId }) {
        const veto = vetoing?.includes(first) ? ['--consortium', description] : [];
        const flags = ['--address', `${host}:${port}`, '--chaincode-id', chaincodeId, ...veto];
        const started = await startChaincodeProcess(flags);
        processes.push(started);
        return started.port;
      },
    }).catch(async (error: unknown) => {
      await Promise.all(processes.map(({ stop }) => stop()));
      throw error;
    });
    const material = await loadMaterial(network.topology, network.materialDirectory);
    return new EhrNetwork({ directory, processes, network, material });
  }

  private constructor(parts: {
    directory: string;
    processes: readonly ChaincodeProcess[];
    network: NetworkUnderTest;
    material: ReadonlyMap<string, OrganizationMaterial>;
  }) {
    this.topology = parts.network.topology;
    this.#directory = parts.directory;
    this.#processes = parts.processes;
    this.#network = parts.network;
    this.#clients = new Map(
      this.topology.organizations.map(({ mspId }) => [
        mspId,
        clientOf(parts.material.get(mspId), mspId, parts.network.endpointOf(mspId)),
      ]),
    );
  }

  /** Submits a list of entries as a client of this organisation; returns the results once every peer has the block. */
  async submit(
    mspId: string,
    call: string,
    entries: readonly unknown[],
    { endorsedBy, transient }: SubmitOptions = {},
  ) {
    const [contract = '', fn = ''] = call.split(':');
    const proposal = this.#contract(mspId, contract).newProposal(fn, {
      arguments: [JSON.stringify(entries)],
      ...(transient && { transientData: { ...transient } }),
      ...(endorsedBy && { endorsingOrganizations: [...endorsedBy] }),
    });
    const endorsed = await proposal.endorse();
    const status = await (await endorsed.submit()).getStatus();
    await this.#untilEverywhere(Number(status.blockNumber));
    if (!status.successful) throw new Error(`validation code ${status.code}`);
    return JSON.parse(Buffer.from(endorsed.getResult()).toString());
  }

  async evaluate(mspId: string, call: string, ...args: string[]) {
    const [contract = '', fn = ''] = call.split(':');
    const result = await this.#contract(mspId, contract).evaluate(fn, { arguments: args });
    return JSON.parse(Buffer.from(result).toString());
  }

  /** Returns how the chaincode processes ended. */
  async close(): Promise<readonly (number | null)[]> {
    for (const { grpc, gateway } of this.#clients.values()) {
      gateway.close();
      grpc.close();
    }
    await this.#network.close();
    const codes = await Promise.all(this.#processes.map(({ stop }) => stop()));
    rmSync(this.#directory, { recursive: true, force: true });
    return codes;
  }

  /** The commit status is that of one peer; the others may be a block behind, and the next call may be theirs. */
  async #untilEverywhere(blockNumber: number): Promise<void> {
    const { name } = this.topology.channel;
    await Promise.all(
      [...this.#clients.values()].map(({ gateway }) =>
        until(`every peer has block ${blockNumber}`, async () => {
          const info = await gateway.getNetwork(name).getContract('qscc').evaluateTransaction('GetChainInfo', name);
          return common.BlockchainInfo.deserializeBinary(info).getHeight() > blockNumber || undefined;
        }),
      ),
    );
  }

  #contract(mspId: string, contract: string) {
    const client = this.#clients.get(mspId);
    if (client === undefined) throw new Error(`no client of ${mspId}`);
    return client.gateway.getNetwork(this.topology.channel.name).getContract('ehr', contract);
  }
}

function clientOf(material: OrganizationMaterial | undefined, mspId: string, address: string) {
  const user = material?.holders.users.get('gateway');
  const peer = material?.holders.peers.get('peer0');
  if (user === undefined || peer === undefined) throw new Error(`no keys of ${mspId}`);
  const roots = credentials.createSsl(Buffer.from(peer.tls.rootCertificatePem));
  const grpc = new GrpcClient(address, roots);
  const gateway = connect({
    client: grpc,
    identity: { mspId, credentials: Buffer.from(user.certificatePem) },
    signer: signers.newPrivateKeySigner(createPrivateKey(user.privateKeyPem)),
  });
  return { grpc, gateway };
}
