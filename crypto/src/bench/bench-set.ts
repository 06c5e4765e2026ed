import type { Bls12381 } from '../arithmetic/arithmetic.ts';

/** One operation at one size. */
export type BenchCase = Readonly<{
  operation: string;
  /** What the size counts, for people: "8 leaves", "1 MiB". */
  size: string;
  /** The operation, everything that does not depend on it prepared before. */
  run(): unknown;
  /**
   * Only the pairings, multiplications and hashes of `run`. Left out where they are those of BLS12-381: then the recorder finds them.
   */
  bare?(): unknown;
}>;

/** The cases of one scheme, kept beside it and listed in bench-sets.ts. */
export type BenchSet = Readonly<{
  scheme: string;
  /** `bls12-381` runs on both implementations; `none` has one only. */
  arithmetic: 'bls12-381' | 'none';
  cases(arithmetic: Bls12381): readonly BenchCase[] | Promise<readonly BenchCase[]>;
}>;
