import path from 'node:path';
import type { Engine } from '../consortium/engine.ts';
import type { ChaincodePackage } from '../fabric/chaincode-package.ts';
import { makeGenesisBlock } from '../fabric/create-channel.ts';
import type { FabricBinaries } from '../fabric/fabric-binaries.ts';
import { type ChaincodeTls, organizationPackage } from '../fabric/organization-package.ts';
import { untilDiscovered } from '../fabric/until-discovered.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import { readPolicyText } from '../topology/policy-principals.ts';
import type { Topology, TopologyChaincode } from '../topology/topology.ts';
import { approveDefinition, hasApproved } from './chaincode/approve-definition.ts';
import { commitDefinition } from './chaincode/commit-definition.ts';
import { committedDefinition } from './chaincode/committed-definitions.ts';
import { installPackage } from './chaincode/install-package.ts';
import { Operator, type PeerOf } from './operator.ts';
import { networkFolder, startOrderer, startPeer } from './run-nodes.ts';

export type FabricNetworkOptions = Readonly<{
  topology: Topology;
  materialDirectory: string;
  /** Configuration, ledgers and packages of all nodes on this machine lie in `network/` of it. */
  dataDirectory: string;
  binaries: FabricBinaries;
  supervisor: Pick<Supervisor, 'start'>;
  /** One line a step, for people. */
  report(line: string): void;
  /** How peers reach chaincode processes; `none` is for a loopback test only. */
  chaincodeTls: ChaincodeTls;
  /** How long a peer waits for private data it was not given. */
  pullRetryThreshold?: string | undefined;
  /** Once it is aborted nothing is waited for any more. */
  signal?: AbortSignal | undefined;
}>;

/** Nodes and organisations act side by side here: the step is told, not what each of them does. */
const SILENT = () => {};

/**
 * A native Fabric network on this machine, brought up with the operations of its members. `prepare` says under which package ids the chaincode
 * processes must run; `start` brings the nodes up; `deploy` makes the chaincodes callable. Each does only what is missing.
 */
export class FabricNetwork implements Engine {
  readonly #options: FabricNetworkOptions;
  readonly #operator: Operator;
  readonly #packages: ReadonlyMap<string, ReadonlyMap<string, ChaincodePackage>>;

  static async prepare(options: FabricNetworkOptions): Promise<FabricNetwork> {
    const operator = new Operator({ ...options, report: SILENT });
    const packages = new Map<string, ReadonlyMap<string, ChaincodePackage>>();
    for (const chaincode of options.topology.chaincodes)
      packages.set(chaincode.name, await packagesOf(chaincode, operator, options.chaincodeTls));
    return new FabricNetwork(options, operator, packages);
  }

  private constructor(
    options: FabricNetworkOptions,
    operator: Operator,
    packages: ReadonlyMap<string, ReadonlyMap<string, ChaincodePackage>>,
  ) {
    this.#options = options;
    this.#operator = operator;
    this.#packages = packages;
  }

  /** `label:hash`, the identity of an organisation's process of a chaincode; undefined where it runs none. */
  packageId(chaincode: string, mspId: string): string | undefined {
    return this.#packages.get(chaincode)?.get(mspId)?.packageId;
  }

  /** Starts orderers and peers, makes the channel and joins them to it. */
  async start(): Promise<void> {
    const { topology, binaries, supervisor, report, pullRetryThreshold } = this.#options;
    const { material, channel, dataDirectory } = this.#operator;
    const folder = path.join(networkFolder(dataDirectory), 'channel');
    const block = await makeGenesisBlock(topology, material, binaries, folder);
    const peers = this.#peers();
    const programs = path.dirname(binaries.peer);
    report(
      `starting ${topology.orderers.nodes.length} orderers and ${peers.length} peers with the programs in ${programs}`,
    );
    await Promise.all([
      ...topology.orderers.nodes.map((node) => startOrderer(this.#operator, supervisor, node, { block })),
      ...peers.map((of) => startPeer(this.#operator, { ...of, supervisor, block, pullRetryThreshold })),
    ]);
    report(`channel ${channel} joined by all`);
  }

  /**
   * Installs, approves and commits every chaincode of the topology, and waits until every gateway service knows who endorses it.
   * @throws FabricError `MQ_FABRIC_TOOL_FAILED`, `MQ_FABRIC_PEERS_APART`; OperationError `MQ_OPERATION_TIMEOUT`
   */
  async deploy(): Promise<void> {
    const { topology, report } = this.#options;
    for (const chaincode of topology.chaincodes) {
      await this.#define(chaincode);
      report(`chaincode ${chaincode.name} ${chaincode.version} committed (sequence ${chaincode.sequence})`);
    }
    await Promise.all(topology.chaincodes.map((chaincode) => this.#untilDiscovered(chaincode)));
  }

  async #define(chaincode: TopologyChaincode): Promise<void> {
    const { chaincodeTls, topology } = this.#options;
    const operator = this.#operator;
    const own = topology.organizations.map((organization) => ({ organization, chaincode, chaincodeTls }));
    await Promise.all(own.map((of) => installPackage(operator, of)));
    // One after the other: two approvals in one block would conflict on the definition's key.
    for (const of of own) if (!(await hasApproved(operator, of, false))) await approveDefinition(operator, of);
    const standing = await committedDefinition(operator, chaincode.name);
    if (standing === undefined || standing.sequence < chaincode.sequence) {
      const members = topology.organizations.map(({ mspId }) => mspId);
      await commitDefinition(operator, chaincode, members);
    }
  }

  #peers(): readonly PeerOf[] {
    return this.#options.topology.organizations.flatMap((organization) =>
      organization.peers.map((peer) => ({ organization, peer })),
    );
  }

  async #untilDiscovered({ name, addresses, endorsementPolicy }: TopologyChaincode): Promise<void> {
    const { signal } = this.#options;
    const { material, channel } = this.#operator;
    const peers = this.#peers();
    // A process may run before the policy names its organisation: nobody then asks its peer.
    const policy = readPolicyText(endorsementPolicy);
    const named = 'mspIds' in policy ? policy.mspIds : [];
    const expected = peers.filter(
      ({ organization: { mspId } }) => addresses[mspId] !== undefined && named.includes(mspId),
    ).length;
    const wanted = { channel, chaincode: name, expected, material, signal };
    await Promise.all(peers.map((peer) => untilDiscovered(peer, wanted)));
  }
}

async function packagesOf(
  chaincode: TopologyChaincode,
  { topology, material }: Operator,
  chaincodeTls: ChaincodeTls,
): Promise<ReadonlyMap<string, ChaincodePackage>> {
  const packages = new Map<string, ChaincodePackage>();
  for (const organization of topology.organizations) {
    const own = await organizationPackage(chaincode, organization, material, chaincodeTls);
    if (own !== undefined) packages.set(organization.mspId, own);
  }
  return packages;
}
