import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;

/** What every line says; `writer` is the organisation. */
export type LoggedWrite = Readonly<{ writer: string; begunMs: number; doneMs: number }>;

/** A client's own log of what it was told is written: one line each, on the disk before anybody hears of it. */
export class AcknowledgedLog<T extends LoggedWrite> {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  append(write: T): void {
    appendFileSync(this.#file, `${JSON.stringify(write)}\n`);
  }

  entries(): readonly T[] {
    try {
      const lines = readFileSync(this.#file, 'utf8').split('\n');
      return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /**
   * Resolves when every writer has had a write acknowledged that it began from now on.
   *
   * @returns milliseconds from now to that, by writer
   * @throws Error after `giveUpMs`, naming who is missing
   */
  async recovered(writers: readonly string[], giveUpMs: number): Promise<ReadonlyMap<string, number>> {
    const sinceMs = performance.now();
    for (;;) {
      const since = this.entries().filter(({ begunMs }) => begunMs >= sinceMs);
      const firsts = writers.map((writer) => [writer, since.find((entry) => entry.writer === writer)] as const);
      const missing = firsts.flatMap(([writer, first]) => (first === undefined ? [writer] : []));
      if (missing.length === 0)
        return new Map(firsts.map(([writer, first]) => [writer, (first?.doneMs ?? 0) - sinceMs]));
      if (performance.now() - sinceMs > giveUpMs) throw new Error(`did not recover: ${missing.join(', ')}`);
      await delay(POLL_MS);
    }
  }
}
