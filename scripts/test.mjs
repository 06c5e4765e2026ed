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
const paths =
  layer === undefined ? (fastAt >= 0 ? ['/src/'] : []) : LAYERS[layer].map((folder) => `^${PROJECT_DIR}/${folder}`);
const jest = path.join(PROJECT_DIR, 'node_modules', 'jest', 'bin', 'jest.js');
const { status } = spawnSync(
  process.execPath,
  [...process.execArgv, jest, '--config', path.join(PROJECT_DIR, 'jest.config.js'), ...paths, ...args],
  { cwd: PROJECT_DIR, stdio: 'inherit' },
);
process.exit(status ?? 1);
