import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { FabricBinaries } from '../fabric/fabric-binaries.ts';
import { FabricError } from '../fabric/fabric-error.ts';
import { FabricMaterial, type NodeMaterial } from '../fabric/fabric-material.ts';
import { PeerCommand, type PeerCommandOptions } from '../fabric/peer-command.ts';
import { OPERATIONS_FOLDER } from '../supervisor/data-folder.ts';
import { hasProcess } from '../supervisor/known-process.ts';
import { findOrganization, findParty } from '../topology/find-organization.ts';
import type {
  Topology,
  TopologyOrderer,
  TopologyOrderers,
  TopologyOrganization,
  TopologyPeer,
} from '../topology/topology.ts';
import { OperationError } from './operation-error.ts';
import { until } from './until.ts';

export type OperatorOptions = Readonly<{
  topology: Topology;
  materialDirectory: string;
  /** The network's data folder; operations keep their working files in {@link OPERATIONS_FOLDER} of it. */
  dataDirectory: string;
  binaries: FabricBinaries;
  /** One line a step, for people. */
  report(line: string): void;
  /** Once it is aborted nothing is waited for any more. */
  signal?: AbortSignal | undefined;
}>;

/** The `peer` program wants a file that names its cryptography; all else it is told by its environment. */
const COMMAND_CONFIG = 'peer: { BCCSP: { Default: SW, SW: { Hash: SHA2, Security: 256 } } }\n';

/**
 * Works on a running native network from one machine, as the administrators whose keys are in the material folder. It talks to nodes only over
 * the network, so that the nodes may run anywhere.
 */
export class Operator {
  readonly topology: Topology;
  readonly material: FabricMaterial;
  readonly materialDirectory: string;
  readonly dataDirectory: string;
  readonly binaries: FabricBinaries;
  readonly report: (line: string) => void;
  readonly #signal: AbortSignal | undefined;

  constructor({ topology, materialDirectory, dataDirectory, binaries, report, signal }: OperatorOptions) {
    this.topology = topology;
    this.material = new FabricMaterial(topology, materialDirectory);
    this.materialDirectory = materialDirectory;
    this.dataDirectory = dataDirectory;
    this.binaries = binaries;
    this.report = report;
    this.#signal = signal;
  }

  get channel(): string {
    return this.topology.channel.name;
  }

  /** See {@link findOrganization}. */
  organization(nameOrMspId: string): TopologyOrganization {
    return findOrganization(this.topology, nameOrMspId);
  }

  /** See {@link findParty}. */
  party(nameOrMspId: string): TopologyOrganization | TopologyOrderers {
    return findParty(this.topology, nameOrMspId);
  }

  /** Is the administrator's key of this organisation (the ordering service included) on this machine? */
  hasKeys(mspId: string): boolean {
    return existsSync(this.material.admin(mspId).msp.key);
  }

  /** Organisations (without the ordering service) whose administrator can act from here. */
  ownOrganizations(): readonly TopologyOrganization[] {
    return this.topology.organizations.filter(({ mspId }) => this.hasKeys(mspId));
  }

  /** A member whose administrator can act from here: who asks peers. @throws OperationError MQ_OPERATION_NO_KEYS */
  anyOwnOrganization(): TopologyOrganization {
    const [first] = this.ownOrganizations();
    if (first !== undefined) return first;
    throw this.#noKeys("no key of a member's administrator");
  }

  /**
   * An administrator who can act from here, of a member or else of the ordering service: who asks orderers, which both may.
   * @throws OperationError MQ_OPERATION_NO_KEYS
   */
  anyAdministrator(): Actor {
    const { organizations, orderers } = this.topology;
    const found = [...organizations, orderers].find(({ mspId }) => this.hasKeys(mspId));
    if (found === undefined) throw this.#noKeys("no administrator's key");
    return this.administrator(found.mspId);
  }

  /** The administrator of an organisation (the ordering service included), whose keys may be elsewhere. */
  administrator(mspId: string): Actor {
    return { mspId, ...this.material.admin(mspId) };
  }

  /**
   * Who administers an orderer from here: the ordering service's administrator, or, with whoever operates the node, the node itself.
   * @throws OperationError MQ_OPERATION_NO_KEYS
   */
  ordererAdministrator({ name }: TopologyOrderer): Actor {
    const { mspId } = this.topology.orderers;
    if (this.hasKeys(mspId)) return this.administrator(mspId);
    const node = this.material.orderer(name);
    if (!existsSync(node.msp.key))
      throw this.#noKeys(`neither the keys of ${name} nor those of the ordering service's administrator`);
    return { mspId, ...node };
  }

  /** The `peer` program as the organisation's administrator, against one of its peers or, asking only, another organisation's. */
  peerCommand(
    organization: TopologyOrganization,
    target: PeerOf = { organization, peer: organization.peers[0] },
  ): PeerCommand {
    const { host, mspId } = target.organization;
    const address = `${target.peer.host ?? host}:${target.peer.port}`;
    return this.#command(this.administrator(organization.mspId), { address, tlsRoot: this.material.tlsRoot(mspId) });
  }

  /** The `peer` program for what it asks of orderers (see {@link withOrderer}). */
  ordererCommand(actor: Actor): PeerCommand {
    return this.#command(actor);
  }

  /**
   * Does something against the first orderer that answers.
   * @throws OperationError MQ_OPERATION_NO_ORDERER with what the last one said
   */
  async withOrderer<T>(act: (flags: readonly string[], node: TopologyOrderer) => Promise<T>): Promise<T> {
    let cause: unknown;
    for (const node of this.topology.orderers.nodes) {
      const cafile = this.material.tlsRoot(this.topology.orderers.mspId);
      try {
        return await act(['--orderer', `${node.host}:${node.port}`, '--tls', '--cafile', cafile], node);
      } catch (error) {
        if (!(error instanceof FabricError) || !isUnavailable(error.message)) throw error;
        cause = error;
      }
    }
    const last = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError('MQ_OPERATION_NO_ORDERER', `no orderer took the request; the last one: ${last}`, {
      cause,
    });
  }

  /** {@link until}, and no longer than the operator's signal allows. */
  until<T>(what: string, ask: () => Promise<T | undefined>, timeoutMs?: number): Promise<T> {
    return until(what, ask, timeoutMs, this.#signal);
  }

  /** Runs with a folder that is deleted afterwards, by the next operation where this process is ended first. */
  async withScratch<T>(act: (folder: string) => Promise<T>): Promise<T> {
    const directory = this.#workDirectory();
    await removeLeftScratch(directory);
    const folder = await mkdtemp(path.join(directory, `scratch-${process.pid}-`));
    try {
      return await act(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #command({ mspId, msp }: Actor, peer?: PeerCommandOptions['peer']): PeerCommand {
    const configDirectory = path.join(this.#workDirectory(), 'command');
    mkdirSync(configDirectory, { recursive: true });
    // Renamed into place: the program may be running for another command.
    const partial = path.join(configDirectory, `core.yaml.${process.pid}`);
    writeFileSync(partial, COMMAND_CONFIG);
    renameSync(partial, path.join(configDirectory, 'core.yaml'));
    return new PeerCommand(this.binaries, { configDirectory, mspId, mspDirectory: msp.root, peer });
  }

  #noKeys(missing: string): OperationError {
    const message = `${this.materialDirectory} holds ${missing}; give --keys the folder of your organisation's keys`;
    return new OperationError('MQ_OPERATION_NO_KEYS', message);
  }

  #workDirectory(): string {
    const folder = path.join(this.dataDirectory, OPERATIONS_FOLDER);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
}

/** Folders of processes that are gone: keys lie in some. */
async function removeLeftScratch(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = /^scratch-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !hasProcess(Number(pid)))
      await rm(path.join(directory, name), { recursive: true, force: true });
  }
}

/** Somebody whose keys are on this machine. */
export type Actor = NodeMaterial & Readonly<{ mspId: string }>;

export type PeerOf = Readonly<{ organization: TopologyOrganization; peer: TopologyPeer }>;

/** Not reachable, without a leader, or without the channel (a node that is just joining): another orderer, or the same one a moment later, may do better. */
function isUnavailable(message: string): boolean {
  return /connection refused|SERVICE_UNAVAILABLE|&\{NOT_FOUND\}|context deadline exceeded|EOF|error getting (endorser|broadcast) client|failed to create (new connection|deliver client)/i.test(
    message,
  );
}
