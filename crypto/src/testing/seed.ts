/** The seed of every property test: fixed, overridden by `MQ_TEST_SEED`, and printed by fast-check when one fails. */
export const SEED = Number(process.env.MQ_TEST_SEED ?? 20261121);

/** Parameters for `fc.assert`. */
export const FC = { seed: SEED, numRuns: 100 } as const;

/** `FC` with another number of runs, for properties whose cases are costly. */
export const runs = (numRuns: number) => ({ seed: SEED, numRuns });
