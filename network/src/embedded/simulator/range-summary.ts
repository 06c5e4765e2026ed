import { sha256 } from '../ledger/block-hash.ts';
import type { KeyRead, MerkleSummary } from '../ledger/read-write-set.ts';
import { writeRead } from '../ledger/read-write-set-codec.ts';
import { WireWriter } from '../wire/wire-writer.ts';

/** Rows that a range keeps as they are; more are summarised, in groups of one more than this. */
export const RANGE_DEGREE = 50;
const LEAF_LEVEL = 1;

export type RangeSummaryResult = Readonly<{ rows: readonly KeyRead[] | undefined; merkle: MerkleSummary | undefined }>;

/**
 * Summary of the rows of a range for the phantom check: up to `degree` rows as they are, more as the hashes of one level of a
 * Merkle tree. A leaf is the SHA-256 of `kvrwset.QueryReads` of degree + 1 rows; a node that of degree + 1 hashes one level below.
 */
export class RangeSummary {
  readonly #degree: number;
  #pending: KeyRead[] = [];
  readonly #levels: Buffer[][] = [];

  constructor(degree: number = RANGE_DEGREE) {
    this.#degree = degree;
  }

  add(row: KeyRead): void {
    this.#pending.push(row);
    if (this.#pending.length > this.#degree) this.#closeLeaf();
  }

  /** To be called once, after the last row. */
  finish(): RangeSummaryResult {
    if (this.#levels.length === 0) {
      return { rows: this.#pending.length === 0 ? undefined : this.#pending, merkle: undefined };
    }
    if (this.#pending.length > 0) this.#closeLeaf();
    for (let level = 0; level < this.#levels.length - 1; level++) this.#carry(level);
    if (this.#at(this.#levels.length - 1).length > this.#degree) this.#carry(this.#levels.length - 1);
    const hashes = this.#at(this.#levels.length - 1);
    return {
      rows: undefined,
      merkle: { maxDegree: this.#degree, maxLevel: this.#levels.length - 1 + LEAF_LEVEL, hashes },
    };
  }

  /** The tree so far, for a check that stops at the first difference; undefined while no leaf is closed. */
  partial(): MerkleSummary | undefined {
    const top = this.#levels.length - 1;
    return top < 0 ? undefined : { maxDegree: this.#degree, maxLevel: top + LEAF_LEVEL, hashes: this.#at(top) };
  }

  #closeLeaf(): void {
    const writer = new WireWriter();
    for (const row of this.#pending) writer.message(1, (w) => writeRead(w, row));
    this.#pending = [];
    this.#at(0).push(sha256(writer.finish()));
    for (let level = 0; this.#at(level).length > this.#degree; level++) this.#carry(level);
  }

  /** Replaces the hashes of a level by their one parent; a lone hash moves up as it is. */
  #carry(level: number): void {
    const hashes = this.#at(level);
    const [first] = hashes;
    if (first === undefined) return;
    this.#at(level + 1).push(hashes.length === 1 ? first : sha256(Buffer.concat(hashes)));
    this.#levels[level] = [];
  }

  #at(level: number): Buffer[] {
    let hashes = this.#levels[level];
    if (hashes === undefined) {
      hashes = [];
      this.#levels[level] = hashes;
    }
    return hashes;
  }
}
