import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { connect, type Gateway, signers } from '@hyperledger/fabric-gateway';
import type { EmbeddedNetwork } from '@medquorum/network/embedded/embedded-network';
import { networkOptionsFrom } from '@medquorum/network/embedded/from-topology';
import { startNetwork } from '@medquorum/network/embedded/start-network';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { loadMaterial, type OrganizationMaterial } from '@medquorum/network/pki/load-material';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { type ChaincodeProcess, startChaincodeProcess } from './chaincode-process.ts';

const CONSORTIUM = fileURLToPath(new URL('../../network/consortium.yaml', import.meta.url));

/** Who endorses: those named, or as the gateway service chooses. */
export type SubmitOptions = Readonly<{ endorsedBy?: readonly string[]; transient?: Readonly<Record<string, Buffer>> }>;

/**
 * The default consortium on the embedded network: real chaincode processes (two, shared by the organisations), real
 * certificates, endorsement and key-level policies, called through the ordinary client.
 */
export class EhrNetwork {
  readonly topology: Topology;
  readonly #directory: string;
  readonly #processes: readonly ChaincodeProcess[];
  readonly #network: EmbeddedNetwork;
  readonly #clients: ReadonlyMap<string, Readonly<{ grpc: GrpcClient; gateway: Gateway }>>;

  static async start(): Promise<EhrNetwork> {
    const directory = mkdtempSync(path.join(tmpdir(), 'mq-ehr-'));
    const loaded = await loadTopology(CONSORTIUM);
    const description = path.join(directory, 'consortium.json');
    writeFileSync(description, JSON.stringify(loaded));
    const processes = await Promise.all([
      startChaincodeProcess(),
      startChaincodeProcess(['--consortium', description]),
    ]);
    const addressOf = (index: number) => processes[index % processes.length]?.address ?? '';
    const addresses = Object.fromEntries(loaded.organizations.map(({ mspId }, i) => [mspId, addressOf(i)]));
    const topology = {
      ...loaded,
      organizations: loaded.organizations.map((organization) => ({
        ...organization,
        peers: organization.peers.map((peer) => ({ ...peer, port: 0 })),
      })),
      chaincodes: loaded.chaincodes.map((chaincode) => ({ ...chaincode, addresses })),
    } as unknown as Topology;
    await generateMaterial(topology, path.join(directory, 'keys'));
    const material = await loadMaterial(topology, path.join(directory, 'keys'));
    const { adminPort: _none, ...options } = networkOptionsFrom(topology, material);
    return new EhrNetwork({ topology, directory, processes, network: await startNetwork(options), material });
  }

  private constructor(parts: {
    topology: Topology;
    directory: string;
    processes: readonly ChaincodeProcess[];
    network: EmbeddedNetwork;
    material: ReadonlyMap<string, OrganizationMaterial>;
  }) {
    this.topology = parts.topology;
    this.#directory = parts.directory;
    this.#processes = parts.processes;
    this.#network = parts.network;
    this.#clients = new Map(
      parts.network.organizations.map(({ mspId, address }) => [
        mspId,
        clientOf(parts.material.get(mspId), mspId, address),
      ]),
    );
  }

  /** Submits a list of entries as a client of this organisation; returns the results. */
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
