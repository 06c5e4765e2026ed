/** Seconds since 1970 with the conversions of a `Long`. */
export class LocalSeconds {
  readonly low: number;
  readonly high: number;
  readonly unsigned = true;
  readonly #value: number;

  constructor(value: number) {
    this.#value = value;
    this.low = value | 0;
    this.high = Math.floor(value / 2 ** 32);
  }
  toNumber(): number {
    return this.#value;
  }
  toInt(): number {
    return this.low;
  }
  toString(): string {
    return String(this.#value);
  }
  valueOf(): number {
    return this.#value;
  }
}
