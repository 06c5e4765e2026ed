import type { CommittedBlock, TransactionLocation } from './ledger.ts';

/** Who waits for blocks and transactions. Listeners run in the order they came, each block to all before the next. */
export class CommitWatch {
  readonly #listeners = new Set<(block: CommittedBlock) => void>();
  readonly #waiters = new Map<string, Set<(location: TransactionLocation) => void>>();

  onCommit(listener: (block: CommittedBlock) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async waitFor(txId: string, signal: AbortSignal): Promise<TransactionLocation> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<TransactionLocation>();
    const waiters = this.#waiters.get(txId) ?? new Set();
    this.#waiters.set(txId, waiters.add(resolve));
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      waiters.delete(resolve);
      if (waiters.size === 0 && this.#waiters.get(txId) === waiters) this.#waiters.delete(txId);
    }
  }

  announce(block: CommittedBlock): void {
    for (const [index, { txId, code }] of block.outcomes.entries()) {
      const waiters = this.#waiters.get(txId);
      if (waiters === undefined) continue;
      this.#waiters.delete(txId);
      for (const resolve of waiters) resolve({ blockNumber: block.number, index, code });
    }
    for (const listener of [...this.#listeners]) listener(block);
  }
}
