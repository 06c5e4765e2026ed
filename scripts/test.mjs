#!/usr/bin/env node
// npm test [-- --layer NAME | --fast] [--engine NAME] [jest arguments]: every suite, or one layer, on the TypeScript sources.
// `--engine fabric` runs on native Fabric the suites whose subject is any network, and the drills that npm test leaves out (test/README.md).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { pathPattern } from './path-pattern.mjs';
import { PROJECT_DIR, prepare } from './runtime.mjs';

const LAYERS = {
  crypto: ['crypto/', 'test/crypto/'],
  chaincode: ['chaincode/', 'test/chaincode/'],
  network: ['network/', 'test/network/', 'test/conformance/'],
  gateway: ['gateway/', 'test/gateway/'],
  e2e: ['test/e2e/'],
  fabric: ['test/fabric/'],
};
/** The suites that take either engine, by layer: all but those that say otherwise in their name, and those without a network. */
const EITHER_ENGINE = {
  chaincode: ['test/chaincode/(?!fabric-chaincode-node)'],
  network: ['test/network/(?!embedded-|deployment|dry-runs|prometheus)'],
  gateway: ['test/gateway/(?!embedded-)'],
};
/** The long suites of test/fabric: `npm test` keeps to a quarter of an hour without them, CI runs them. */
const DRILLS = 'fabric/(conformance|existing-network|faults|gateway-backup|gateway-faults|namespaces|record-class)';
const ENGINES = ['embedded', 'fabric'];
/** Read by network/src/testing/test-engine.ts alone. */
const ENGINE_VARIABLE = 'MQ_TEST_ENGINE';
/** Unit tests share the machine; suites that bring up networks and wait on their answers have it to themselves. */
const UNIT = ['crypto/src/', 'chaincode/src/', 'network/src/', 'gateway/src/'];
const INTEGRATION = [`test/(?!${DRILLS})`];

await prepare(import.meta, { nodeArgs: ['--experimental-vm-modules'] });

const args = process.argv.slice(2);
const layer = option('--layer', Object.keys(LAYERS));
const engine = option('--engine', ENGINES);
if (engine !== undefined) process.env[ENGINE_VARIABLE] = engine;
const fastAt = args.indexOf('--fast');
if (fastAt >= 0) args.splice(fastAt, 1);

/** Options of jest whose value is the next argument. */
const WITH_VALUE = ['-t', '--testNamePattern'];
const isNamed = args.some((arg, at) => !arg.startsWith('-') && !WITH_VALUE.includes(args[at - 1]));
if (layer === 'fabric') {
  const own = jest(LAYERS.fabric, args);
  const isWhole = !isNamed && (await hasFabric());
  const either = Object.values(EITHER_ENGINE).flat();
  process.exit(isWhole ? Math.max(own, onFabric(either, args.map(besideTheFirst))) : own);
}
if (engine === 'fabric') process.exit((await hasFabric()) ? onFabric(suitesOnFabric(), args) : 1);
if (layer !== undefined) process.exit(jest(LAYERS[layer], args));
if (isNamed) process.exit(jest([], args));
const unit = jest(UNIT, ['--maxWorkers=2', ...args]);
if (fastAt >= 0) process.exit(unit);
process.exit(Math.max(unit, jest(INTEGRATION, ['--runInBand', ...args.map(besideTheFirst)])));

/** Takes an option with its value out of the arguments. */
function option(name, allowed) {
  const at = args.indexOf(name);
  if (at < 0) return undefined;
  const [, value] = args.splice(at, 2);
  if (allowed.includes(value)) return value;
  process.stderr.write(`medquorum: ${name}: found ${value ?? 'nothing'}; allowed: ${allowed.join(', ')}\n`);
  process.exit(2);
}

/** Says in one line where Fabric's programs are missing, and what to do. */
async function hasFabric() {
  const { requireFabricBinaries } = await import('@medquorum/network/fabric/fabric-binaries');
  try {
    const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
    await requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIR });
    return true;
  } catch (error) {
    process.stderr.write(`SUITES NOT RUN ON FABRIC: ${error.message}\n`);
    return false;
  }
}

/** What `npm test` leaves out: the suites that take either engine, of one layer or of all, and with all the drills. */
function suitesOnFabric() {
  if (layer === undefined) return [...Object.values(EITHER_ENGINE).flat(), `test/${DRILLS}`];
  const suites = EITHER_ENGINE[layer];
  if (suites !== undefined) return suites;
  const allowed = Object.keys(EITHER_ENGINE).join(', ');
  process.stderr.write(`medquorum: --engine fabric: no suite of layer ${layer} takes an engine; allowed: ${allowed}\n`);
  process.exit(2);
}

/** Networks do not share two cores: one after the other. */
function onFabric(suites, jestArgs) {
  process.env[ENGINE_VARIABLE] = 'fabric';
  return jest(isNamed ? [] : suites, ['--runInBand', ...jestArgs]);
}

/** The second run's results must not overwrite the first's. */
function besideTheFirst(arg) {
  return arg.startsWith('--outputFile=') ? `${arg}.integration` : arg;
}

function jest(folders, jestArgs) {
  const { status } = spawnSync(
    process.execPath,
    [
      ...process.execArgv,
      path.join(PROJECT_DIR, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--config',
      path.join(PROJECT_DIR, 'jest.config.js'),
      ...folders.map((folder) => pathPattern(PROJECT_DIR, folder)),
      ...jestArgs,
    ],
    { cwd: PROJECT_DIR, stdio: 'inherit' },
  );
  return status ?? 1;
}
