import { ENGINES, type EngineName } from '../consortium/engine.ts';

/** The variable that names the engine of the suites whose subject is any network. */
const VARIABLE = 'MQ_TEST_ENGINE';

/** The engine that suites run on which take either; nothing else reads the variable. */
export function testEngine(): EngineName {
  const wanted = process.env[VARIABLE] ?? 'embedded';
  const engine = ENGINES.find((name) => name === wanted);
  if (engine === undefined) throw new Error(`${VARIABLE}: found ${wanted}; allowed: ${ENGINES.join(', ')}`);
  return engine;
}
