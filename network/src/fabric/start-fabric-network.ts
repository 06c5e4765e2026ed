import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answersOk } from '../supervisor/probe.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { Topology, TopologyChaincode, TopologyOrderer, TopologyPeer } from '../topology/topology.ts';
import { type ChaincodeConnection, type ChaincodePackage, packageChaincode } from './chaincode-package.ts';
import { joinOrderer, joinPeer, makeGenesisBlock } from './create-channel.ts';
import { deployChaincode, type Member } from './deploy-chaincode.ts';
import { writeExternalBuilder } from './external-builder.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import { FabricMaterial } from './fabric-material.ts';
import { PeerCommand } from './peer-command.ts';
import { renderCore } from './render-core.ts';
import { renderOrderer } from './render-orderer.ts';

const NODE_READY_TIMEOUT_MS = 60_000;
/** Fabric's own defaults; a conformance run sets the first to 1 s. */
const DEFAULT_PULL_RETRY_THRESHOLD = '5s';
const DEFAULT_GATEWAY_CONCURRENCY = 500;

export type FabricNetworkOptions = Readonly<{
  topology: Topology;
  materialDirectory: string;
  /** Configuration, ledgers and packages of all nodes on this machine. */
  directory: string;
  binaries: FabricBinaries;
  supervisor: Supervisor;
  /** One line a step, for people. */
  report(line: string): void;
  /** How peers reach chaincode processes; `none` is for a loopback test only. */
  chaincodeTls: 'mutual' | 'none';
  pullRetryThreshold?: string;
  gatewayConcurrency?: number;
}>;

type PeerMember = Member & Readonly<{ peer: TopologyPeer; name: string; configDirectory: string }>;

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
      topology.orderers.nodes.map((node) => joinOrderer(topology, node, this.#material, binaries, block)),
    );
    await Promise.all(this.#members().map(({ command }) => joinPeer(command, topology.channel.name, block)));
    report(`channel ${topology.channel.name} joined by all`);
  }

  /** Installs, approves and commits every chaincode of the topology. */
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
  }

  #members(): readonly PeerMember[] {
    const { topology, binaries } = this.#options;
    return topology.organizations.flatMap((organization) =>
      organization.peers.map((peer) => {
        const name = `${peer.name}.${organization.name}`;
        const configDirectory = this.#folder('peers', name);
        const command = new PeerCommand(binaries, this.#material, { organization, peer, configDirectory });
        return { organization, peer, name, configDirectory, command };
      }),
    );
  }

  async #startPeer({ organization, peer, name, configDirectory }: PeerMember): Promise<void> {
    const { binaries, supervisor, pullRetryThreshold, gatewayConcurrency } = this.#options;
    const place = {
      organization,
      peer,
      dataDirectory: path.join(configDirectory, 'data'),
      builderDirectory: this.#folder('builder'),
      pullRetryThreshold: pullRetryThreshold ?? DEFAULT_PULL_RETRY_THRESHOLD,
      gatewayConcurrency: gatewayConcurrency ?? DEFAULT_GATEWAY_CONCURRENCY,
    };
    writeFileSync(path.join(configDirectory, 'core.yaml'), renderCore(place, this.#material));
    await supervisor.start({
      name,
      command: binaries.peer,
      args: ['node', 'start'],
      env: { FABRIC_CFG_PATH: configDirectory, FABRIC_LOGGING_SPEC: 'info' },
      cwd: configDirectory,
      isReady: () => answersOk(`http://${peer.host ?? organization.host}:${peer.operationsPort}/healthz`),
      readyTimeoutMs: NODE_READY_TIMEOUT_MS,
    });
  }

  async #startOrderer(node: TopologyOrderer): Promise<void> {
    const { topology, binaries, supervisor } = this.#options;
    const configDirectory = this.#folder('orderers', node.name);
    const rendered = renderOrderer(topology, node, this.#material, path.join(configDirectory, 'data'));
    writeFileSync(path.join(configDirectory, 'orderer.yaml'), rendered);
    await supervisor.start({
      name: `${node.name}.${topology.orderers.name}`,
      command: binaries.orderer,
      args: [],
      env: { FABRIC_CFG_PATH: configDirectory, FABRIC_LOGGING_SPEC: 'info' },
      cwd: configDirectory,
      isReady: () => answersOk(`http://${node.host}:${node.operationsPort}/healthz`),
      readyTimeoutMs: NODE_READY_TIMEOUT_MS,
    });
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
  for (const { mspId, peers } of topology.organizations) {
    const address = chaincode.addresses[mspId];
    if (address === undefined) continue;
    const plain: ChaincodeConnection = { address, dial_timeout: '10s', tls_required: false };
    // The peer shows its own TLS certificate to its organisation's chaincode process; the package never leaves the organisation.
    const { certificate, key, rootCertificate } = material.peer(mspId, peers[0].name).tls;
    const mutual = () => ({
      ...plain,
      tls_required: true,
      client_auth_required: true,
      client_key: readFileSync(key, 'utf8'),
      client_cert: readFileSync(certificate, 'utf8'),
      root_cert: readFileSync(rootCertificate, 'utf8'),
    });
    const label = `${chaincode.name}_${chaincode.version}`;
    packages.set(mspId, await packageChaincode(label, chaincodeTls === 'none' ? plain : mutual()));
  }
  return packages;
}
