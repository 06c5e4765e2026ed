import { BoundedCache } from '../../msp/bounded-cache.ts';
import type { MspConfig } from '../../msp/msp-config.ts';
import type { MspManager } from '../../msp/msp-manager.ts';
import type { SigningIdentity } from '../../msp/signing-identity.ts';
import { ChannelPolicies } from '../../policy/channel-policies.ts';
import { readEnvelope } from '../../protocol/signed-envelope.ts';
import { VALIDATION_CODES } from '../../protocol/validation-code.ts';
import type { BatchSettings } from '../../topology/topology.ts';
import type { ChaincodeDirectory } from '../endorser/endorser.ts';
import { dataHash } from '../ledger/block-hash.ts';
import type { CommittedBlock, Ledger, TransactionOutcome } from '../ledger/ledger.ts';
import { BROADCAST_SUCCESS, type BroadcastReply, checkBroadcast } from '../orderer/broadcast-check.ts';
import type { Consenter } from '../orderer/consenters.ts';
import { OrderedRequests } from '../orderer/ordered-requests.ts';
import { type CutMode, Orderer } from '../orderer/orderer.ts';
import { signBftBlock, signBlock, unsignedFirstBlock } from '../orderer/sign-block.ts';
import { EndorsementRules } from '../validation/endorsement-rules.ts';
import { validateBlock } from '../validation/validate-block.ts';
import { type BlockSummary, summarizeBlock } from './block-events.ts';
import type { ShiftableClock } from './clock.ts';
import type { NumberedBlock } from './follow-blocks.ts';
import { genesisEnvelope } from './genesis-block.ts';

export type ChannelOptions = Readonly<{
  channelId: string;
  ledger: Ledger;
  definitions: ChaincodeDirectory;
  msps: MspManager;
  organizations: readonly MspConfig[];
  ordererOrganization: MspConfig;
  ordererIdentity: SigningIdentity;
  /** The BFT orderers whose answers are given; undefined: one orderer alone. */
  consenters: readonly Consenter[] | undefined;
  batch: BatchSettings;
  cutMode: CutMode;
  clock: ShiftableClock;
  /** Told of a failure that has stopped ordering. */
  onFault(fault: unknown): void;
}>;

/** Blocks whose summary is kept: those that streams are likely to read next. */
const MAX_CACHED_SUMMARIES = 256;
/** Number of the block with the configuration in force: it is never changed. */
const CONFIG_BLOCK = 0;

/** Ordering, validation and ledger of the one channel: envelopes go in, committed blocks come out. */
export class Channel {
  readonly channelId: string;
  readonly ledger: Ledger;
  readonly policies: ChannelPolicies;
  readonly rules: EndorsementRules;
  readonly msps: MspManager;
  readonly orderer: Orderer;
  readonly #options: ChannelOptions;
  /** What BFT orderers have ordered; one orderer alone orders the same envelope again. */
  readonly #requests: OrderedRequests | undefined;
  readonly #summaries = new BoundedCache<BlockSummary>(MAX_CACHED_SUMMARIES);
  #conflictsToForce = 0;

  private constructor(options: ChannelOptions) {
    this.#options = options;
    this.channelId = options.channelId;
    this.ledger = options.ledger;
    this.msps = options.msps;
    this.policies = new ChannelPolicies(
      options.msps,
      options.organizations.map(({ mspId }) => mspId),
    );
    this.rules = new EndorsementRules(options.definitions, this.policies);
    const { batch, consenters } = options;
    this.#requests = consenters && new OrderedRequests(batch.absoluteMaxBytes);
    this.orderer = new Orderer({
      // BFT orderers know no preferred size
      batch: consenters === undefined ? batch : { ...batch, preferredMaxBytes: batch.absoluteMaxBytes },
      mode: options.cutMode,
      check: (envelope) => this.#check(envelope),
      commit: async (batch) => {
        await this.#commit(batch);
      },
      onFault: options.onFault,
    });
  }

  /** Opens the channel on a ledger; an empty ledger gets its genesis block. */
  static async open(options: ChannelOptions): Promise<Channel> {
    const channel = new Channel(options);
    await channel.#ensureGenesis();
    return channel;
  }

  /** Who must take an envelope before it counts as submitted; undefined: one orderer alone. */
  get bftOrderers(): readonly Readonly<{ address: string; mspId: string }>[] | undefined {
    return this.#options.consenters?.map(({ host, port, identity }) => ({
      address: `${host}:${port}`,
      mspId: identity.mspId,
    }));
  }

  /** What the event services tell of a block; worked out once for all streams that follow the chain. */
  summarize({ number, bytes }: NumberedBlock): BlockSummary {
    const known = this.#summaries.get(`${number}`);
    if (known !== undefined) return known;
    const summary = summarizeBlock(number, bytes);
    this.#summaries.set(`${number}`, summary);
    return summary;
  }

  /** The next `count` transactions without another fault are marked MVCC_READ_CONFLICT. */
  forceConflicts(count: number): void {
    this.#conflictsToForce = count;
  }

  /** Goes back to a snapshot; what waits for a block is dropped. */
  async revert(snapshotId: string): Promise<void> {
    const known = this.ledger.snapshots().some(({ id }) => id === snapshotId);
    if (!known) return this.ledger.revert(snapshotId); // rejects, and must not stop the orderer
    await this.orderer.interrupt(async () => {
      await this.ledger.revert(snapshotId);
      this.#summaries.clear();
      this.#requests?.clear();
    });
  }

  /** Empties the ledger and begins with a new genesis block. */
  async reset(): Promise<void> {
    await this.orderer.interrupt(async () => {
      await this.ledger.reset();
      this.#summaries.clear();
      this.#requests?.clear();
      await this.#ensureGenesis();
    });
  }

  async #ensureGenesis(): Promise<void> {
    if (this.ledger.height > 0) return;
    const { channelId, organizations, ordererOrganization, consenters, batch, clock } = this.#options;
    const nowMs = clock.nowMs();
    const envelope = genesisEnvelope({ channelId, organizations, ordererOrganization, consenters, batch, nowMs });
    const txId = readEnvelope(envelope).channelHeader.getTxId();
    await this.#append([envelope], [{ txId, code: VALIDATION_CODES.VALID, readWriteSet: undefined }]);
  }

  async #commit(envelopes: readonly Uint8Array[]): Promise<CommittedBlock> {
    const view = this.ledger.view();
    let outcomes: TransactionOutcome[];
    try {
      outcomes = await validateBlock(this.ledger.height, envelopes, {
        msps: this.msps,
        rules: this.rules,
        view,
        isOnChain: (txId) => this.ledger.findTransaction(txId) !== undefined,
        isForcedConflict: () => this.#takeForcedConflict(),
      });
    } finally {
      view.close();
    }
    const block = await this.#append(envelopes, outcomes);
    this.#requests?.order(envelopes);
    return block;
  }

  #check(envelope: Uint8Array): BroadcastReply {
    const { channelId, batch, clock } = this.#options;
    const reply = checkBroadcast(envelope, {
      channelId,
      absoluteMaxBytes: batch.absoluteMaxBytes,
      policies: this.policies,
      nowMs: clock.nowMs(),
      onlyEndorserTransactions: this.#requests !== undefined,
    });
    return reply === BROADCAST_SUCCESS && this.#requests !== undefined ? this.#requests.admit(envelope) : reply;
  }

  async #append(envelopes: readonly Uint8Array[], outcomes: readonly TransactionOutcome[]): Promise<CommittedBlock> {
    const head = {
      number: this.ledger.height,
      previousHash: this.ledger.lastHeaderHash,
      dataHash: dataHash(envelopes),
    };
    return this.ledger.commit({ ...head, envelopes, signatures: this.#signaturesOf(head), outcomes });
  }

  #signaturesOf(head: Parameters<typeof signBlock>[0]): Uint8Array {
    if (head.number === CONFIG_BLOCK) return unsignedFirstBlock();
    const { consenters, ordererIdentity } = this.#options;
    return consenters === undefined
      ? signBlock(head, CONFIG_BLOCK, ordererIdentity)
      : signBftBlock(head, CONFIG_BLOCK, consenters);
  }

  #takeForcedConflict(): boolean {
    if (this.#conflictsToForce === 0) return false;
    this.#conflictsToForce--;
    return true;
  }
}
