import type { MspConfig } from '../msp/msp-config.ts';
import type { BatchSettings } from '../topology/topology.ts';
import type { Channel } from './channel/channel.ts';
import type { ShiftableClock } from './channel/clock.ts';
import { NO_FAULTS, type OrganizationFaults } from './gateway/endorser-faults.ts';
import type { OrganizationPeer } from './gateway/organization-peer.ts';
import type { OrganizationServer } from './gateway/organization-server.ts';
import type { LedgerSnapshot } from './ledger/ledger.ts';
import { NetworkError } from './network-error.ts';
import type { CutMode } from './orderer/orderer.ts';

/** Where the gateway, endorser and block services of one organisation listen. */
export type OrganizationEndpoint = Readonly<{ mspId: string; host: string; port: number; address: string }>;

export type NetworkParts = Readonly<{
  channel: Channel;
  clock: ShiftableClock;
  peers: readonly OrganizationPeer[];
  servers: readonly Readonly<{ endpoint: OrganizationEndpoint; server: OrganizationServer }>[];
  /** Closes what the network is made of, in order. */
  closers: (() => Promise<void>)[];
}>;

/** A running network. Everything a test or a developer does to it goes through here. */
export class EmbeddedNetwork {
  readonly channelId: string;
  readonly organizations: readonly OrganizationEndpoint[];
  /** Base URL of the administration service, where there is one. */
  adminUrl: string | undefined;
  readonly #parts: NetworkParts;
  #closing: Promise<void> | undefined;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
    this.channelId = parts.channel.channelId;
    this.organizations = parts.servers.map(({ endpoint }) => endpoint);
  }

  /** Number of blocks. */
  get height(): number {
    return this.#parts.channel.ledger.height;
  }

  /** The endpoint of an organisation. Throws MQ_NETWORK_OPTIONS for one that is not there. */
  endpoint(mspId: string): OrganizationEndpoint {
    const found = this.organizations.find((organization) => organization.mspId === mspId);
    if (found === undefined) throw unknownOrganization(mspId);
    return found;
  }

  /** Marks the present height, so that `revert` can come back to it. What waits for a block is committed first. */
  async snapshot(): Promise<LedgerSnapshot> {
    await this.cut();
    return this.#parts.channel.ledger.snapshot();
  }

  snapshots(): readonly LedgerSnapshot[] {
    return this.#parts.channel.ledger.snapshots();
  }

  /**
   * Takes back every block after the snapshot, and ends the event and block streams, whose readers have to begin again.
   * Transactions that wait for a block are dropped. Rejects with LEDGER_SNAPSHOT_UNKNOWN.
   */
  async revert(snapshotId: string): Promise<void> {
    await this.#parts.channel.revert(snapshotId);
    this.dropStreams();
  }

  /** Begins anew with an empty ledger and a new genesis block; ends the streams as `revert` does. */
  async reset(): Promise<void> {
    await this.#parts.channel.reset();
    this.dropStreams();
  }

  /** Makes a block of whatever waits and resolves when it is committed. */
  cut(): Promise<void> {
    return this.#parts.channel.orderer.cut();
  }

  /** How blocks are cut from now on. */
  setCutting(mode: CutMode, batch?: Partial<BatchSettings>): void {
    this.#parts.channel.orderer.setCutting(mode, batch);
  }

  get cutting(): Readonly<{ mode: CutMode; batch: BatchSettings; waiting: number }> {
    return this.#parts.channel.orderer.cutting;
  }

  /** Sets how far the network's clock is ahead of the system's, in milliseconds; negative is behind. */
  shiftClock(shiftMs: number): void {
    this.#parts.clock.shift(shiftMs);
  }

  get clockShiftMs(): number {
    return this.#parts.clock.shiftMs;
  }

  /** Injects faults into one organisation; what is not named stays as it is. `{}` after `clearFaults` is health. */
  setFaults(mspId: string, faults: Partial<OrganizationFaults>): OrganizationFaults {
    const peer = this.#peer(mspId);
    peer.faults = { ...peer.faults, ...faults };
    if (peer.faults.down) this.dropStreams(mspId);
    return peer.faults;
  }

  faults(mspId: string): OrganizationFaults {
    return this.#peer(mspId).faults;
  }

  /** Ends all injected faults. */
  clearFaults(): void {
    for (const peer of this.#parts.peers) peer.faults = NO_FAULTS;
    this.forceConflicts(0);
  }

  /** Ends the event and block streams that are open at an organisation, or at all of them. */
  dropStreams(mspId?: string): void {
    for (const { endpoint, server } of this.#parts.servers) {
      if (mspId === undefined || endpoint.mspId === mspId) server.dropStreams();
    }
  }

  /** The next so many valid transactions are committed as MVCC_READ_CONFLICT. */
  forceConflicts(count: number): void {
    this.#parts.channel.forceConflicts(count);
  }

  /** Takes an organisation's changed roots, roles or revocation list at once. Throws MQ_MSP_CONFIG and then changes nothing. */
  updateMsp(config: MspConfig): void {
    this.#peer(config.mspId);
    this.#parts.channel.msps.update(config);
  }

  /** Commits what waits, ends every call and stops. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#parts.closers) await step().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  #peer(mspId: string): OrganizationPeer {
    const found = this.#parts.peers.find((peer) => peer.mspId === mspId);
    if (found === undefined) throw unknownOrganization(mspId);
    return found;
  }
}

function unknownOrganization(mspId: string): NetworkError {
  return new NetworkError('MQ_NETWORK_OPTIONS', `the network has no organisation ${mspId}`);
}
