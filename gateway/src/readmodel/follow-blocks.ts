import type { Logger } from 'pino';
import { GatewayError } from '../gateway-error.ts';
import type { BlockStream, Ledger } from '../ledger/ledger.ts';
import { type Position, type Projected, ProjectedElsewhere, type Projector } from './projector.ts';

type Waiter = Readonly<{ blockNumber: number; resolve(): void }>;
export type FollowerStatus = Readonly<{ nextBlock: number; connected: boolean; stopped: string | undefined }>;

const RECONNECT_MIN_MS = 100;
const RECONNECT_MAX_MS = 5000;

/** Follows the channel from the checkpoint on, for as long as the gateway runs; connects again whenever the stream ends. */
export class BlockFollower {
  readonly #ledger: Pick<Ledger, 'blocks'>;
  readonly #projector: Projector;
  readonly #log: Logger;
  readonly #onProjected: (projected: Projected) => void;
  readonly #waiters = new Set<Waiter>();
  #position: Position = { nextBlock: 0, blockHash: undefined };
  #stream: BlockStream | undefined;
  #connected = false;
  #closed = false;
  #stopped: string | undefined;
  #done: Promise<void> = Promise.resolve();

  constructor(
    ledger: Pick<Ledger, 'blocks'>,
    projector: Projector,
    log: Logger,
    onProjected: (projected: Projected) => void,
  ) {
    this.#ledger = ledger;
    this.#projector = projector;
    this.#log = log;
    this.#onProjected = onProjected;
  }

  async start(): Promise<void> {
    this.#position = await this.#projector.position();
    this.#done = this.#follow();
  }

  get status(): FollowerStatus {
    return { nextBlock: this.#position.nextBlock, connected: this.#connected, stopped: this.#stopped };
  }

  /**
   * Resolves once the block is projected.
   * @throws GatewayError `MQ_READ_MODEL_BEHIND` after `waitMs`
   */
  waitFor(blockNumber: number, waitMs: number): Promise<void> {
    if (this.#position.nextBlock > blockNumber) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new GatewayError('MQ_READ_MODEL_BEHIND', `block ${blockNumber} is not projected yet`));
      }, waitMs);
      const waiter: Waiter = {
        blockNumber,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.#waiters.add(waiter);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    this.#stream?.close();
    await this.#done;
  }

  async #follow(): Promise<void> {
    let pauseMs = RECONNECT_MIN_MS;
    while (!this.#closed && this.#stopped === undefined) {
      const before = this.#position.nextBlock;
      try {
        await this.#readStream();
      } catch (error) {
        if (error instanceof GatewayError && error.code === 'MQ_STATE_NOT_TRUSTED') {
          // The chain that the own peer shows is not the one read before: serving on would hide it.
          this.#stopped = error.message;
          this.#log.fatal({ reason: error.message }, 'read model stopped');
        } else if (!this.#closed && !(error instanceof ProjectedElsewhere)) {
          this.#log.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'block stream ended');
        }
      }
      this.#connected = false;
      if (this.#closed || this.#stopped !== undefined) break;
      pauseMs = this.#position.nextBlock > before ? RECONNECT_MIN_MS : Math.min(pauseMs * 2, RECONNECT_MAX_MS);
      await this.#pause(pauseMs);
    }
  }

  async #readStream(): Promise<void> {
    this.#moveTo(await this.#projector.position()); // another replica may have gone on meanwhile
    const stream = await this.#ledger.blocks(this.#position.nextBlock);
    this.#stream = stream;
    try {
      this.#connected = true;
      for await (const block of stream) {
        if (this.#closed) return;
        const projected = await this.#projector.project(block, this.#position);
        this.#moveTo(projected.position);
        for (const { txId, flaw } of projected.flawed)
          this.#log.error({ txId, flaw }, 'ledger state failed verification');
        this.#onProjected(projected);
      }
    } finally {
      this.#connected = false;
      stream.close();
    }
  }

  #moveTo(position: Position): void {
    this.#position = position;
    for (const waiter of this.#waiters) {
      if (waiter.blockNumber >= position.nextBlock) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  #wake: () => void = () => {};

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
