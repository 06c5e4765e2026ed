#!/usr/bin/env node
// npm run bench [-- --engine embedded|fabric] [--seconds N] [--rounds N]: REST writes beside raw puts on one network, interleaved
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { prepare } from './runtime.mjs';

const HELP = `npm run bench [-- OPTIONS]: a consortium of its own; REST record writes beside raw client puts of as many bytes under the same policy

  --engine NAME   embedded (default) or fabric
  --seconds N     length of one phase, default 4
  --rounds N      rounds in which the phases take turns, default 3
`;
const CONCURRENCIES = [1, 32, 128];

await prepare(import.meta);
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'embedded' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const { benchmarkConsortium } = await import('./bench/consortium.mjs');
const { load, median } = await import('./bench/load.mjs');
const { textTable } = await import('./consortium/overview.mjs');
const { removePostgresData } = await import('@medquorum/gateway/database/postgres-place');

const directory = mkdtempSync(path.join(tmpdir(), 'medquorum-bench-'));
const progress = (line) => process.stderr.write(`${line}\n`);
let status = 0;
let consortium;
try {
  consortium = await benchmarkConsortium({ engine: values.engine, directory, report: progress });
  const rows = [];
  for (const concurrency of CONCURRENCIES) {
    const results = new Map([...consortium.calls.keys()].map((name) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [name, call] of consortium.calls) {
        results.get(name).push(await load(call, concurrency, Number(values.seconds)));
      }
      progress(`concurrency ${concurrency}, round ${round + 1} of ${values.rounds}`);
    }
    const rate = (name) => median(results.get(name).map(({ perSecond }) => perSecond));
    const latency = (name) => median(results.get(name).map(({ p50Ms }) => p50Ms));
    for (const [name, measured] of results) {
      const base = name.startsWith('raw') ? undefined : 'raw put, policy of records';
      rows.push([
        name,
        String(concurrency),
        rate(name).toFixed(0),
        latency(name).toFixed(1),
        median(measured.map(({ p95Ms }) => p95Ms)).toFixed(1),
        base === undefined ? '' : (rate(name) / rate(base)).toFixed(2),
        base === undefined ? '' : (latency(name) / latency(base)).toFixed(2),
      ]);
    }
  }
  const heading = ['what', 'concurrency', 'per second', 'p50 ms', 'p95 ms', 'rate / raw', 'p50 / raw'];
  process.stdout.write(`${textTable([heading, ...rows])}\n\n${consortium.memory()}\n`);
} catch (error) {
  process.stderr.write(`medquorum: ${error.stack}\n`);
  status = 1;
} finally {
  await consortium?.close();
  removePostgresData(path.join(directory, 'postgres'));
  rmSync(directory, { recursive: true, force: true });
}
process.exit(status);
