import type { BatchSettings } from '../../topology/topology.ts';

/** Envelopes of one block to be. */
export type Batch = readonly Uint8Array[];

/** Divides the stream of envelopes into blocks by count and bytes, as Fabric's orderers do; time is its caller's. */
export class BlockCutter {
  readonly #settings: BatchSettings;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  constructor(settings: BatchSettings) {
    this.#settings = settings;
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Takes an envelope and returns the batches that are complete with it, oldest first. */
  add(envelope: Uint8Array): Batch[] {
    const { maxMessageCount, preferredMaxBytes } = this.#settings;
    const batches: Batch[] = [];
    const cut = (): void => {
      const batch = this.cut();
      if (batch.length > 0) batches.push(batch);
    };
    if (envelope.length > preferredMaxBytes) {
      cut();
      batches.push([envelope]); // too large for company
      return batches;
    }
    if (this.#pendingBytes + envelope.length > preferredMaxBytes) cut();
    this.#pending.push(envelope);
    this.#pendingBytes += envelope.length;
    if (this.#pending.length >= maxMessageCount) cut();
    return batches;
  }

  /** Everything that waits, as one batch; empty when nothing does. */
  cut(): Batch {
    const batch = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    return batch;
  }
}
