import type { BatchSettings } from '../../topology/topology.ts';
import { type Batch, BlockCutter } from './block-cutter.ts';
import { BROADCAST_SUCCESS, type BroadcastReply } from './broadcast-check.ts';

/**
 * When waiting envelopes become a block:
 * `timeout`: as Fabric, when full or when the first has waited for the batch timeout;
 * `eager`: when full, or as soon as the block before is committed: a lone transaction does not wait;
 * `manual`: when full, or by hand.
 */
export type CutMode = 'timeout' | 'eager' | 'manual';

/** Envelopes waiting or being committed; beyond it broadcasts are refused. */
export const MAX_QUEUED_ENVELOPES = 20_000;

const SERVICE_UNAVAILABLE = 503;

export type OrdererOptions = Readonly<{
  batch: BatchSettings;
  mode: CutMode;
  /** Whether an envelope is to be ordered, which only `BROADCAST_SUCCESS` itself says; any other reply goes back as it is. */
  check(envelope: Uint8Array): BroadcastReply;
  /** Makes a block of the batch and commits it. Calls never overlap. A rejection stops the orderer for good. */
  commit(batch: Batch): Promise<void>;
  /** Told of the failure that has stopped the orderer. */
  onFault(fault: unknown): void;
}>;

/** The one orderer of the channel: it puts envelopes in order and hands them on in batches. */
export class Orderer {
  readonly #options: OrdererOptions;
  #batch: BatchSettings;
  #cutter: BlockCutter;
  #mode: CutMode;
  #timer: NodeJS.Timeout | undefined;
  readonly #ready: Batch[] = [];
  #queued = 0;
  #working: Promise<void> | undefined;
  #fault: unknown;
  #closed = false;

  constructor(options: OrdererOptions) {
    this.#options = options;
    this.#batch = options.batch;
    this.#cutter = new BlockCutter(options.batch);
    this.#mode = options.mode;
  }

  /** Checks and queues an envelope; the reply says whether it will be in a block. */
  broadcast(envelope: Uint8Array): BroadcastReply {
    if (this.#closed || this.#fault !== undefined) return unavailable('the orderer does not run');
    if (this.#queued >= MAX_QUEUED_ENVELOPES) return unavailable('too many envelopes are waiting');
    const reply = this.#options.check(envelope);
    if (reply !== BROADCAST_SUCCESS) return reply;
    this.#queued++;
    this.#ready.push(...this.#cutter.add(envelope));
    this.#schedule();
    return BROADCAST_SUCCESS;
  }

  /** Makes a block of whatever waits, at once; resolves when everything ordered so far is committed. */
  async cut(): Promise<void> {
    this.#takePending();
    this.#work();
    await this.settled();
  }

  /** How blocks are cut from now on. */
  setCutting(mode: CutMode, batch?: Partial<BatchSettings>): void {
    this.#takePending();
    this.#mode = mode;
    this.#batch = { ...this.#batch, ...batch };
    this.#cutter = new BlockCutter(this.#batch);
    this.#work();
  }

  get cutting(): Readonly<{ mode: CutMode; batch: BatchSettings; waiting: number }> {
    return { mode: this.#mode, batch: this.#batch, waiting: this.#queued };
  }

  /** Resolves when no batch is being committed; envelopes that wait for company may remain. Rejects after a fault. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Drops what waits and runs an action that must not meet a commit, such as going back to an earlier height. */
  async interrupt(action: () => Promise<void>): Promise<void> {
    this.#queued -= this.#cutter.cut().length;
    for (const batch of this.#ready.splice(0)) this.#queued -= batch.length;
    this.#stopTimer();
    while (this.#working !== undefined) await this.#working;
    await this.#workOn(action);
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** Commits what waits and takes no more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.cut();
  }

  #schedule(): void {
    if (this.#ready.length > 0) {
      this.#stopTimer(); // what is left has only begun to wait
      this.#work();
    }
    if (this.#cutter.pendingCount === 0) {
      this.#stopTimer();
      return;
    }
    if (this.#mode === 'eager') this.#work();
    if (this.#mode === 'timeout' && this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#takePending();
        this.#work();
      }, this.#batch.timeoutMs);
    }
  }

  #takePending(): void {
    this.#stopTimer();
    const batch = this.#cutter.cut();
    if (batch.length > 0) this.#ready.push(batch);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #work(): void {
    if (this.#working !== undefined || this.#fault !== undefined) return;
    void this.#workOn(() => this.#commitReady());
  }

  /** Does one thing at a time; a failure stops the orderer, for what comes next would build on unknown ground. */
  #workOn(action: () => Promise<void>): Promise<void> {
    this.#working = action()
      .catch((fault: unknown) => {
        this.#fault = fault;
        this.#options.onFault(fault);
      })
      .finally(() => {
        this.#working = undefined;
        // an envelope may have come between the last look and now
        if (this.#ready.length > 0 || (this.#mode === 'eager' && this.#cutter.pendingCount > 0)) this.#work();
      });
    return this.#working;
  }

  async #commitReady(): Promise<void> {
    // one turn of the event loop: envelopes that have arrived together go into one block
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      if (this.#ready.length === 0 && this.#mode === 'eager') this.#takePending();
      const batch = this.#ready.shift();
      if (batch === undefined) return;
      await this.#options.commit(batch);
      this.#queued -= batch.length;
    }
  }
}

function unavailable(info: string): BroadcastReply {
  return { status: SERVICE_UNAVAILABLE, info };
}
