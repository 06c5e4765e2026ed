#!/usr/bin/env node
// npm start [-- --engine embedded|fabric] [--reset] [--topology FILE] [--data DIR] [--no-charts]
import { rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PROJECT_DIR, prepare } from './runtime.mjs';

const HELP = `npm start [-- OPTIONS]: the whole consortium on this machine, until Ctrl-C

  --engine NAME     embedded (default) or fabric: Hyperledger Fabric's own programs
  --topology FILE   default network/consortium.yaml
  --data DIR        keys, ledgers, databases, logs; default .medquorum/<engine>
  --reset           begin anew: delete the data folder first; refused where no network was ever started in it
  --no-charts       load no sample charts
`;

await prepare(import.meta);
const { startConsortium } = await import('./consortium/start-consortium.mjs');
const { MEDQUORUM } = await import('./consortium/application.mjs');
const { resetNetwork } = await import('@medquorum/network/consortium/reset-network');
const { stopRequest } = await import('@medquorum/network/cli/stop-request');
const { untilAborted } = await import('@medquorum/network/cli/until-aborted');
const { refuseForeign } = await import('@medquorum/network/supervisor/data-folder');

const options = {
  engine: { type: 'string', default: 'embedded' },
  topology: { type: 'string', default: path.join(PROJECT_DIR, 'network', 'consortium.yaml') },
  data: { type: 'string' },
  reset: { type: 'boolean', default: false },
  charts: { type: 'boolean', default: true },
  help: { type: 'boolean', short: 'h', default: false },
};
let values;
try {
  ({ values } = parseArgs({ options, allowNegative: true }));
} catch (error) {
  process.stderr.write(`medquorum: ${error.message}\n\n${HELP}`);
  process.exit(2);
}
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const directory = path.resolve(values.data ?? path.join(PROJECT_DIR, '.medquorum', values.engine));
const startedMs = performance.now();
const report = (line) =>
  process.stdout.write(`[${((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)} s] ${line}\n`);
const { signal } = stopRequest();

let consortium;
try {
  if (values.reset) {
    refuseForeign(directory);
    await resetNetwork({ directory, application: MEDQUORUM, keysToo: true, dryRun: false, report });
    rmSync(directory, { recursive: true, force: true });
  }
  consortium = await startConsortium({
    engine: values.engine,
    topologyFile: path.resolve(values.topology),
    directory,
    charts: values.charts,
    report,
    signal,
  });
} catch (error) {
  process.stderr.write(`medquorum: ${error.message}\n`);
  process.exit(1);
}
if (consortium === undefined) process.exit(130);
process.stdout.write(`\n${consortium.table}\nReady. Ctrl-C stops everything; the data stays in ${directory}.\n`);
await untilAborted(signal);
report('stopping');
await consortium.close();
report('stopped');
process.exit(0);
