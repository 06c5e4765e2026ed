import type { Bls12381, PointGroup } from '../arithmetic/arithmetic.ts';

/** What an operation spends its time on in the arithmetic. The first three are its bare cost. */
export const PRIMITIVES = ['pairings', 'multiplications', 'hashes', 'decodings', 'encodings'] as const;
export type Primitive = (typeof PRIMITIVES)[number];

/** The calls of one run, ready to be made again with the same arguments. */
export type Trace = Readonly<Record<Primitive, readonly (() => unknown)[]>>;

/**
 * The arithmetic with a recorder: `record` notes the costly calls that a run makes, so that the bare cost of an operation is measured on
 * exactly its own pairings, powers and hashes instead of on a count written by hand.
 */
export function recordArithmetic(arithmetic: Bls12381): {
  arithmetic: Bls12381;
  record(run: () => unknown): Promise<Trace>;
} {
  let trace: Record<Primitive, (() => unknown)[]> | undefined;
  const noted =
    <A extends unknown[], R>(primitive: Primitive, call: (...args: A) => R) =>
    (...args: A): R => {
      trace?.[primitive].push(() => call(...args));
      return call(...args);
    };
  const notedGroup = <P>(group: PointGroup<P>): PointGroup<P> => ({
    ...group,
    pow: noted('multiplications', group.pow),
    multiPow: noted('multiplications', group.multiPow),
    hashToCurve: noted('hashes', group.hashToCurve),
    decode: noted('decodings', group.decode),
    encode: noted('encodings', group.encode),
  });
  return {
    arithmetic: {
      ...arithmetic,
      G1: notedGroup(arithmetic.G1),
      G2: notedGroup(arithmetic.G2),
      GT: { ...arithmetic.GT, pow: noted('multiplications', arithmetic.GT.pow) },
      pairing: noted('pairings', arithmetic.pairing),
      pairingProductIsOne: noted('pairings', arithmetic.pairingProductIsOne),
    },
    async record(run) {
      const own = { pairings: [], multiplications: [], hashes: [], decodings: [], encodings: [] };
      trace = own;
      try {
        await run();
      } finally {
        trace = undefined;
      }
      return own;
    },
  };
}
