import type { Logger } from 'pino';
import type { Operations } from './operations.ts';

const INTERVAL_MS = 3000;
/** Operations younger than this may still be with the request that made them, here or in another replica. */
const MIN_AGE_MS = 5000;

/** Looks after operations whose outcome is not known, from the start on and for as long as the gateway runs. */
export class OperationRecovery {
  readonly #operations: Operations;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #running: Promise<void> = Promise.resolve();

  constructor(operations: Operations, log: Logger) {
    this.#operations = operations;
    this.#log = log;
  }

  start(): void {
    this.#running = this.#round(0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #round(olderThanMs: number): Promise<void> {
    try {
      const recovered = await this.#operations.recover(olderThanMs);
      if (recovered > 0) this.#log.info({ recovered }, 'open operations finished');
    } catch (error) {
      this.#log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'recovery of operations failed');
    }
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#round(MIN_AGE_MS);
    }, INTERVAL_MS);
  }
}
