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
/** Columns of the table of CPU time; every chaincode is one kind. */
const KINDS = ['network', 'chaincode', 'gateway', 'postgres', 'client'];

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
const { cpuTimesMs, memoryMb } = await import('./bench/process-costs.mjs');
const { textTable } = await import('./consortium/overview.mjs');
const { removePostgresData } = await import('@medquorum/gateway/database/postgres-place');

const directory = mkdtempSync(path.join(tmpdir(), 'medquorum-bench-'));
const progress = (line) => process.stderr.write(`${line}\n`);
let status = 0;
let consortium;
try {
  consortium = await benchmarkConsortium({ engine: values.engine, directory, report: progress });
  const rows = [];
  const costs = [];
  for (const concurrency of CONCURRENCIES) {
    const results = new Map([...consortium.calls.keys()].map((name) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [name, call] of consortium.calls) {
        const before = cpuTimesMs(consortium.statuses());
        const measured = await load(call, concurrency, Number(values.seconds));
        const cpuMs = spent(before, cpuTimesMs(consortium.statuses()));
        results.get(name).push({ ...measured, cpuMs });
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
      costs.push([name, String(concurrency), ...cpuCells(measured)]);
    }
  }
  const heading = ['what', 'concurrency', 'per second', 'p50 ms', 'p95 ms', 'rate / raw', 'p50 / raw'];
  process.stdout.write(`${textTable([heading, ...rows])}\n\n`);
  process.stdout.write('CPU ms per write by process kind, client included\n');
  process.stdout.write(`${textTable([['what', 'concurrency', ...KINDS, 'all'], ...costs])}\n\n`);
  const memory = [...(memoryMb(consortium.statuses()) ?? [])].map(([kind, mb]) => `${kind} ${mb.toFixed(0)}`);
  process.stdout.write(`memory (MB, proportional): ${memory.join(', ') || 'told on Linux only'}\n`);
} catch (error) {
  process.stderr.write(`medquorum: ${error.stack}\n`);
  status = 1;
} finally {
  await consortium?.close();
  removePostgresData(path.join(directory, 'postgres'));
  rmSync(directory, { recursive: true, force: true });
}
process.exit(status);

function spent(before, after) {
  const kinds = new Map(KINDS.map((kind) => [kind, 0]));
  for (const [name, ms] of after ?? []) {
    const kind = KINDS.find((candidate) => name.startsWith(candidate));
    if (kind !== undefined) kinds.set(kind, kinds.get(kind) + ms - (before?.get(name) ?? 0));
  }
  return kinds;
}

function cpuCells(measured) {
  const writes = measured.reduce((sum, { calls }) => sum + calls, 0);
  const perWrite = KINDS.map((kind) => measured.reduce((sum, { cpuMs }) => sum + cpuMs.get(kind), 0) / writes);
  return [...perWrite, perWrite.reduce((sum, ms) => sum + ms, 0)].map((ms) => ms.toFixed(2));
}
