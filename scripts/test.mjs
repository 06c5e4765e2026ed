#!/usr/bin/env node
// npm test [-- --layer NAME | --fast] [jest arguments]: every suite, or one layer, on the TypeScript sources
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { PROJECT_DIR, prepare } from './runtime.mjs';

const LAYERS = {
  crypto: ['crypto/', 'test/crypto/'],
  chaincode: ['chaincode/', 'test/chaincode/'],
  network: ['network/', 'test/network/', 'test/conformance/'],
  gateway: ['gateway/', 'test/gateway/'],
  e2e: ['test/e2e/'],
  fabric: ['test/fabric/'],
};
/** Unit tests share the machine; suites that bring up networks and wait on their answers have it to themselves. */
const UNIT = ['crypto/src/', 'chaincode/src/', 'network/src/', 'gateway/src/'];
const INTEGRATION = ['test/'];

await prepare(import.meta, { nodeArgs: ['--experimental-vm-modules'] });

const args = process.argv.slice(2);
const layerAt = args.indexOf('--layer');
const [, layer] = layerAt < 0 ? [] : args.splice(layerAt, 2);
if (layer !== undefined && LAYERS[layer] === undefined) {
  process.stderr.write(`medquorum: no layer '${layer}'; one of ${Object.keys(LAYERS).join(', ')}\n`);
  process.exit(2);
}
const fastAt = args.indexOf('--fast');
if (fastAt >= 0) args.splice(fastAt, 1);

const isNamed = args.some((arg) => !arg.startsWith('-'));
if (layer !== undefined) process.exit(jest(LAYERS[layer], args));
if (isNamed) process.exit(jest([], args));
const unit = jest(UNIT, ['--maxWorkers=2', ...args]);
if (fastAt >= 0) process.exit(unit);
process.exit(Math.max(unit, jest(INTEGRATION, ['--runInBand', ...args.map(besideTheFirst)])));

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
      ...folders.map((folder) => `^${PROJECT_DIR}/${folder}`),
      ...jestArgs,
    ],
    { cwd: PROJECT_DIR, stdio: 'inherit' },
  );
  return status ?? 1;
}
