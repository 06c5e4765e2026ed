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
import { checkBroadcast } from '../orderer/broadcast-check.ts';
import { type CutMode, Orderer } from '../orderer/orderer.ts';
import { signBlock } from '../orderer/sign-block.ts';
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
    this.orderer = new Orderer({
      batch: options.batch,
      mode: options.cutMode,
      check: (envelope) =>
        checkBroadcast(envelope, {
          channelId: options.channelId,
          absoluteMaxBytes: options.batch.absoluteMaxBytes,
          policies: this.policies,
          nowMs: options.clock.nowMs(),
        }),
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
    });
  }

  /** Empties the ledger and begins with a new genesis block. */
  async reset(): Promise<void> {
    await this.orderer.interrupt(async () => {
      await this.ledger.reset();
      this.#summaries.clear();
      await this.#ensureGenesis();
    });
  }

  async #ensureGenesis(): Promise<void> {
    if (this.ledger.height > 0) return;
    const { channelId, organizations, ordererOrganization, batch, clock } = this.#options;
    const nowMs = clock.nowMs();
    const envelope = genesisEnvelope({ channelId, organizations, ordererOrganization, batch, nowMs });
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
    return this.#append(envelopes, outcomes);
  }

  async #append(envelopes: readonly Uint8Array[], outcomes: readonly TransactionOutcome[]): Promise<CommittedBlock> {
    const head = {
      number: this.ledger.height,
      previousHash: this.ledger.lastHeaderHash,
      dataHash: dataHash(envelopes),
    };
    const signatures = signBlock(head, CONFIG_BLOCK, this.#options.ordererIdentity);
    return this.ledger.commit({ ...head, envelopes, signatures, outcomes });
  }

  #takeForcedConflict(): boolean {
    if (this.#conflictsToForce === 0) return false;
    this.#conflictsToForce--;
    return true;
  }
}
