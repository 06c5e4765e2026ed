import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { readPolicyText } from '../topology/policy-principals.ts';
import type { Topology, TopologyChaincode, TopologyOrderer, TopologyPeer } from '../topology/topology.ts';
import type { ChaincodePackage } from './chaincode-package.ts';
import { joinOrderer, joinPeer, makeGenesisBlock } from './create-channel.ts';
import { deployChaincode, type Member } from './deploy-chaincode.ts';
import { writeExternalBuilder } from './external-builder.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import { FabricMaterial } from './fabric-material.ts';
import { ordererProcess, peerFolder, peerProcess } from './node-processes.ts';
import { organizationPackage } from './organization-package.ts';
import { PeerCommand } from './peer-command.ts';
import { untilDiscovered } from './until-discovered.ts';

export type FabricNetworkOptions = Readonly<{
  topology: Topology;
  materialDirectory: string;
  /** Configuration, ledgers and packages of all nodes on this machine. */
  directory: string;
  binaries: FabricBinaries;
  supervisor: Pick<Supervisor, 'start'>;
  /** One line a step, for people. */
  report(line: string): void;
  /** How peers reach chaincode processes; `none` is for a loopback test only. */
  chaincodeTls: 'mutual' | 'none';
  pullRetryThreshold?: string;
  gatewayConcurrency?: number;
}>;

type PeerMember = Member & Readonly<{ peer: TopologyPeer }>;

/**
 * A native Fabric network on this machine. `prepare` renders the configuration and says under which package ids the chaincode processes
 * must run; `start` brings the nodes up; `deploy` makes the chaincodes callable. Each does only what is missing.
 */
export class FabricNetwork {
  readonly #options: FabricNetworkOptions;
  readonly #material: FabricMaterial;
  readonly #packages: ReadonlyMap<string, ReadonlyMap<string, ChaincodePackage>>;

  static async prepare(options: FabricNetworkOptions): Promise<FabricNetwork> {
    const material = new FabricMaterial(options.topology, options.materialDirectory);
    const packages = new Map<string, ReadonlyMap<string, ChaincodePackage>>();
    for (const chaincode of options.topology.chaincodes)
      packages.set(chaincode.name, await packagesOf(chaincode, material, options));
    return new FabricNetwork(options, material, packages);
  }

  private constructor(
    options: FabricNetworkOptions,
    material: FabricMaterial,
    packages: ReadonlyMap<string, ReadonlyMap<string, ChaincodePackage>>,
  ) {
    this.#options = options;
    this.#material = material;
    this.#packages = packages;
  }

  /** `label:hash`, the identity of an organisation's process of a chaincode; undefined where it runs none. */
  packageId(chaincode: string, mspId: string): string | undefined {
    return this.#packages.get(chaincode)?.get(mspId)?.packageId;
  }

  /** Starts orderers and peers, makes the channel and joins them to it. */
  async start(): Promise<void> {
    const { topology, binaries, report } = this.#options;
    const block = await makeGenesisBlock(topology, this.#material, binaries, this.#folder('channel'));
    report(`starting ${topology.orderers.nodes.length} orderers and ${this.#members().length} peers`);
    writeExternalBuilder(this.#folder('builder'));
    await Promise.all([
      ...topology.orderers.nodes.map((node) => this.#startOrderer(node)),
      ...this.#members().map((member) => this.#startPeer(member)),
    ]);
    await Promise.all(
      topology.orderers.nodes.map((node) => joinOrderer({ topology, node, material: this.#material, binaries, block })),
    );
    await Promise.all(this.#members().map(({ command }) => joinPeer(command, topology.channel.name, block)));
    report(`channel ${topology.channel.name} joined by all`);
  }

  /**
   * Installs, approves and commits every chaincode of the topology, and waits until every gateway service knows who endorses it.
   * @throws FabricError `MQ_FABRIC_TOOL_FAILED`, `MQ_FABRIC_PEERS_APART`
   */
  async deploy(): Promise<void> {
    const { topology, report } = this.#options;
    for (const chaincode of topology.chaincodes) {
      await deployChaincode({
        topology,
        material: this.#material,
        chaincode,
        members: this.#members(),
        packages: this.#packages.get(chaincode.name) ?? new Map(),
        directory: this.#folder('chaincodes'),
      });
      report(`chaincode ${chaincode.name} ${chaincode.version} committed (sequence ${chaincode.sequence})`);
    }
    await Promise.all(topology.chaincodes.map((chaincode) => this.#untilDiscovered(chaincode)));
  }

  async #untilDiscovered({ name, addresses, endorsementPolicy }: TopologyChaincode): Promise<void> {
    const members = this.#members();
    // A process may run before the policy names its organisation: nobody then asks its peer.
    const policy = readPolicyText(endorsementPolicy);
    const named = 'mspIds' in policy ? policy.mspIds : [];
    const expected = members.filter(
      ({ organization: { mspId } }) => addresses[mspId] !== undefined && named.includes(mspId),
    ).length;
    const wanted = {
      channel: this.#options.topology.channel.name,
      chaincode: name,
      expected,
      material: this.#material,
    };
    await Promise.all(members.map((member) => untilDiscovered(member, wanted)));
  }

  #members(): readonly PeerMember[] {
    const { topology, binaries } = this.#options;
    return topology.organizations.flatMap((organization) =>
      organization.peers.map((peer) => {
        const configDirectory = peerFolder(this.#options.directory, organization, peer);
        const command = new PeerCommand(binaries, this.#material, { organization, peer, configDirectory });
        return { organization, peer, command };
      }),
    );
  }

  async #startPeer({ organization, peer }: PeerMember): Promise<void> {
    const { binaries, supervisor, directory, pullRetryThreshold, gatewayConcurrency } = this.#options;
    await supervisor.start(
      peerProcess({
        organization,
        peer,
        material: this.#material,
        binaries,
        directory,
        builderDirectory: this.#folder('builder'),
        pullRetryThreshold,
        gatewayConcurrency,
      }),
    );
  }

  async #startOrderer(node: TopologyOrderer): Promise<void> {
    const { topology, binaries, supervisor, directory } = this.#options;
    await supervisor.start(ordererProcess({ topology, node, material: this.#material, binaries, directory }));
  }

  #folder(...parts: readonly string[]): string {
    const folder = path.join(this.#options.directory, ...parts);
    mkdirSync(folder, { recursive: true });
    return folder;
  }
}

async function packagesOf(
  chaincode: TopologyChaincode,
  material: FabricMaterial,
  { topology, chaincodeTls }: FabricNetworkOptions,
): Promise<ReadonlyMap<string, ChaincodePackage>> {
  const packages = new Map<string, ChaincodePackage>();
  for (const organization of topology.organizations) {
    const own = await organizationPackage(chaincode, organization, material, chaincodeTls);
    if (own !== undefined) packages.set(organization.mspId, own);
  }
  return packages;
}
