/** Of every property in this workspace: fixed, printed by fast-check on failure, `MQ_TEST_SEED` overrides it. */
export const SEED = Number(process.env.MQ_TEST_SEED ?? 20_261_121);
