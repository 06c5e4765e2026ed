#!/usr/bin/env node
// npm run check: types of sources and tests, then format and lint
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { PROJECT_DIR, prepare } from './runtime.mjs';

await prepare(import.meta, { build: false });

const STEPS = [
  ['types', ['typescript', 'bin', 'tsc'], ['-b']],
  ['format and lint', ['@biomejs', 'biome', 'bin', 'biome'], ['check', '--error-on-warnings', '.']],
];
let failed = 0;
for (const [name, bin, args] of STEPS) {
  const { status } = spawnSync(process.execPath, [path.join(PROJECT_DIR, 'node_modules', ...bin), ...args], {
    cwd: PROJECT_DIR,
    stdio: 'inherit',
  });
  process.stdout.write(`${name}: ${status === 0 ? 'ok' : 'FAILED'}\n`);
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
