/** Items of one statement; PostgreSQL takes 65,535 parameters, and no table here has more than 20 columns. */
export const MAX_ITEMS = 500;

type Waiting<T, R> = Readonly<{ item: T; resolve(result: R): void; reject(error: unknown): void }>;

/**
 * Work on single items that arrive close together, done for all of them in one statement: one round trip and one
 * commit to disk where there would be as many as requests. An item alone goes at once; what comes while a statement
 * is under way goes with the next. Each caller gets its own answer.
 */
export class Together<T, R> {
  readonly #run: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #waiting: Waiting<T, R>[] = [];
  #running = false;

  /**
   * @param run answers in the order of the items. Where it fails for several it is asked again for each alone, so that one
   *   item's failure is not another's: doing an item twice must be as good as once.
   */
  constructor(run: (items: readonly T[]) => Promise<readonly R[]>) {
    this.#run = run;
  }

  do(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      // After the tick: what one event sets off (a committed transaction, a read from a socket) is together.
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runAll(this.#waiting.splice(0, MAX_ITEMS));
    this.#running = false;
  }

  /** Never rejects. */
  async #runAll(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error('not one answer for each item');
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as R);
    } catch (error) {
      if (batch.length > 1) await Promise.all(batch.map((waiting) => this.#runAll([waiting])));
      else for (const { reject } of batch) reject(error);
    }
  }
}
