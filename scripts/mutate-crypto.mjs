import { prepare } from './runtime.mjs';

await prepare(import.meta);

/*
 * Takes each verification check of crypto/ out in turn, in a copy, and runs the one test that must fail then. A mutant that no test kills, or
 * a list that no longer fits the code, ends with status 1.
 */
const { spawnSync } = await import('node:child_process');
const { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } = await import('node:fs');
const path = await import('node:path');
const { pathToFileURL } = await import('node:url');
const { PROJECT_DIR } = await import('./runtime.mjs');

const filter = process.argv[2] ?? '';
const sources = path.join(PROJECT_DIR, 'crypto', 'src');
// one directory per run, so that two runs do not write over each other
const workDir = path.join(PROJECT_DIR, '.medquorum', `mutants-${process.pid}`);
const copy = path.join(workDir, 'crypto', 'src');

const lists = globSync('*/testing/mutations.ts', { cwd: sources }).sort();
const mutations = (
  await Promise.all(lists.map(async (list) => (await import(pathToFileURL(path.join(sources, list)).href)).MUTATIONS))
)
  .flat()
  .filter(({ check, file }) => `${file} ${check}`.includes(filter));

rmSync(workDir, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
cpSync(sources, copy, { recursive: true });
cpSync(path.join(PROJECT_DIR, 'crypto', 'vectors'), path.join(workDir, 'crypto', 'vectors'), { recursive: true });
writeFileSync(path.join(workDir, 'package.json'), '{ "type": "module" }\n');
writeFileSync(
  path.join(workDir, 'jest.config.js'),
  `export default {
  testEnvironment: 'node',
  rootDir: ${JSON.stringify(workDir)},
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\\\.ts$': ${JSON.stringify(path.join(PROJECT_DIR, 'test', 'strip-types.js'))} },
  testTimeout: 120_000,
};
`,
);

/** A mutant may run for ever where the check it lost ended a loop; that is a kill too. */
const MAX_TEST_MS = 120_000;

/** Runs one test by the beginning of its name; the number of failed and passed tests tells what happened. */
function runTest([file, name]) {
  const pattern = `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
  const jest = path.join(PROJECT_DIR, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = [
    '--experimental-vm-modules',
    jest,
    '-c',
    path.join(workDir, 'jest.config.js'),
    '-w',
    '1',
    '--json',
    '-t',
    pattern,
  ];
  const { stdout } = spawnSync(process.execPath, [...args, path.join(copy, file)], {
    cwd: workDir,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: MAX_TEST_MS,
    killSignal: 'SIGKILL',
  });
  if (stdout === '' || stdout === null)
    return { failed: 1, passed: 0, broken: 0, name: `the limit of ${MAX_TEST_MS / 1000} s` };
  const { numFailedTests, numPassedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(stdout);
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  return { failed: numFailedTests, passed: numPassedTests, broken: numRuntimeErrorTestSuites, name: failed?.fullName };
}

let survivors = 0;
const healthy = new Map();
for (const { check, file, find, replace, killedBy } of mutations) {
  const key = killedBy.join('\n');
  if (!healthy.has(key)) healthy.set(key, runTest(killedBy));
  const { failed, passed, broken } = healthy.get(key);
  const source = readFileSync(path.join(sources, file), 'utf8');
  let outcome;
  if (failed > 0 || broken > 0 || passed === 0)
    outcome = `UNUSABLE: without a mutation, "${killedBy[1]}" has ${passed} passed, ${failed} failed`;
  else if (source.split(find).length !== 2) outcome = 'UNUSABLE: the text to replace is not there exactly once';
  else {
    writeFileSync(
      path.join(copy, file),
      source.replace(find, () => replace),
    );
    const mutant = runTest(killedBy);
    writeFileSync(path.join(copy, file), source);
    if (mutant.broken > 0) outcome = 'UNUSABLE: the mutant does not load';
    else outcome = mutant.failed > 0 ? `killed by: ${mutant.name}` : 'SURVIVED';
  }
  if (!outcome.startsWith('killed')) survivors++;
  console.log(`${file}: ${check}\n    ${outcome}`);
}
rmSync(workDir, { recursive: true, force: true });
console.log(`${mutations.length - survivors} killed, ${survivors} not killed`);
process.exitCode = survivors === 0 && mutations.length > 0 ? 0 : 1;
