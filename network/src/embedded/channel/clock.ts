/** The time that the network goes by. It can be shifted, for tests of expiry and time windows. */
export class ShiftableClock {
  readonly #systemNowMs: () => number;
  #shiftMs = 0;

  constructor(systemNowMs: () => number = Date.now) {
    this.#systemNowMs = systemNowMs;
  }

  nowMs(): number {
    return this.#systemNowMs() + this.#shiftMs;
  }

  get shiftMs(): number {
    return this.#shiftMs;
  }

  /** Sets how far this clock is ahead of the system's (negative: behind). */
  shift(shiftMs: number): void {
    this.#shiftMs = shiftMs;
  }
}
