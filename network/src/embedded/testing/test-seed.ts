/** Seed of the property tests: fixed, printed by fast-check on failure, `MQ_TEST_SEED` to try another. */
export const TEST_SEED = Number(process.env.MQ_TEST_SEED ?? 20261121);
