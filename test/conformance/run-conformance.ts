import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES, type EngineName } from '@medquorum/network/consortium/engine';
import type { Consensus } from '@medquorum/network/topology/topology';
import {
  type Comparison,
  compareTranscripts,
  overlay,
  parseTranscript,
  stepsBeyond,
  type TranscriptStep,
} from './compare-transcripts.ts';
import { startProbeNetwork } from './start-probe-network.ts';

const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const ORDERINGS: readonly Consensus[] = ['raft', 'bft'];
/** Under BFT ordering the shared scenarios run too; what is answered otherwise, and the scenarios of its own, are in a golden of its own. */
const OWN_SETS: Readonly<Record<Consensus, Readonly<{ scenarios: readonly string[]; golden: readonly string[] }>>> = {
  raft: { scenarios: ['./scenarios'], golden: ['./golden/transcript.jsonl'] },
  bft: { scenarios: ['./scenarios', './scenarios-bft'], golden: ['./golden/transcript.jsonl', './golden/bft.jsonl'] },
};

/** A lone transaction waits for its block as it did while recording, or not at all. */
const CUTS = ['timeout', 'eager'] as const;

const USAGE = `usage: npm run -s conformance -- [--engine ${ENGINES.join('|')}] [--ordering ${ORDERINGS.join('|')}] [--only TEXT[,TEXT]]
                                  [--scenarios DIR --golden FILE] [--ignore-messages] [--record FILE] [--cut ${CUTS.join('|')}]
  --engine           network to run the scenarios on (default embedded)
  --ordering         one raft orderer or four BFT orderers (default raft)
  --cut              embedded only: ${CUTS.join(' or ')} (default timeout: blocks as they were recorded)
  --scenarios        folder of scenario files (default: the project's own)
  --golden           transcript to compare with (default: the project's own)
  --only             only scenarios whose id or file name contains TEXT
  --ignore-messages  compare codes and results only
  --record           write the transcript to FILE and compare with nothing; of the project's own scenarios under BFT
                     ordering, only what differs from the transcript under raft
`;

const EXIT_OK = 0;
const EXIT_DIFFERENT = 1;
const EXIT_USAGE = 2;
const EXIT_FAILED = 3;

/** Runs the suite; returns the exit status. The last line on stdout is `N same, M different`. */
export async function runConformance(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return EXIT_USAGE;
  }
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const network = await startProbeNetwork(options.engine, options.ordering, options.cut, (line) =>
    process.stderr.write(`${line}\n`),
  );
  try {
    const transcript = await drive(network.connectionFile, options, stopping.signal);
    if (transcript === undefined) return EXIT_FAILED;
    const actual = parseTranscript(transcript);
    if (options.record !== undefined) {
      const base = options.golden.slice(0, -1);
      const steps = base.length === 0 ? actual : stepsBeyond(await goldenOf(base), actual);
      await writeFile(options.record, steps.map((step) => `${JSON.stringify(step)}\n`).join(''));
      process.stdout.write(`${steps.length} steps recorded in ${options.record}\n`);
      return EXIT_OK;
    }
    const golden = await goldenOf(options.golden);
    const scenarios = options.only === undefined ? undefined : new Set(actual.map(({ scenario }) => scenario));
    const comparison = compareTranscripts(golden, actual, {
      ignoreMessages: options.ignoreMessages,
      ...(scenarios === undefined ? {} : { scenarios }),
    });
    print(comparison);
    return comparison.differences.length > 0 || comparison.same === 0 ? EXIT_DIFFERENT : EXIT_OK;
  } finally {
    await network.close();
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

type Options = Readonly<{
  engine: EngineName;
  ordering: Consensus;
  cut: (typeof CUTS)[number];
  /** Folders of scenario files. */
  scenarios: readonly string[];
  /** Transcripts to compare with; a later one replaces steps of an earlier one. */
  golden: readonly string[];
  only: string | undefined;
  ignoreMessages: boolean;
  record: string | undefined;
}>;

function optionsOf(argv: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        engine: { type: 'string', default: 'embedded' },
        ordering: { type: 'string', default: 'raft' },
        cut: { type: 'string', default: 'timeout' },
        scenarios: { type: 'string' },
        golden: { type: 'string' },
        only: { type: 'string' },
        'ignore-messages': { type: 'boolean', default: false },
        record: { type: 'string' },
      },
    });
    const engine = ENGINES.find((name) => name === values.engine);
    const cut = CUTS.find((name) => name === values.cut);
    const ordering = ORDERINGS.find((name) => name === values.ordering);
    if (engine === undefined || ordering === undefined || cut === undefined) return undefined;
    const own = OWN_SETS[ordering];
    // Foreign scenarios judged by our transcript, or ours by a foreign one, would differ in every step.
    if (values.record === undefined && (values.scenarios === undefined) !== (values.golden === undefined))
      return undefined;
    return {
      engine,
      ordering,
      cut,
      scenarios: values.scenarios === undefined ? own.scenarios.map(at) : [path.resolve(values.scenarios)],
      golden: values.golden === undefined ? own.golden.map(at) : [path.resolve(values.golden)],
      only: values.only,
      ignoreMessages: values['ignore-messages'],
      record: values.record === undefined ? undefined : path.resolve(values.record),
    };
  } catch {
    return undefined;
  }
}

/** The driver is a process of its own, as any client is. Returns the transcript, or undefined when it failed. */
async function drive(connection: string, options: Options, signal: AbortSignal): Promise<string | undefined> {
  const out = path.join(path.dirname(connection), 'transcript.jsonl');
  const only = options.only === undefined ? [] : ['--only', options.only];
  const scenarios = options.scenarios.flatMap((folder) => ['--scenarios', folder]);
  const args = ['--connection', connection, ...scenarios, '--out', out, ...only];
  const driver = spawn(process.execPath, [at('./driver.mjs'), ...args], { stdio: ['ignore', 2, 2] });
  const stop = () => driver.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const code = await new Promise<number | null>((resolve, reject) => {
    driver.once('error', reject);
    driver.once('exit', resolve);
  });
  signal.removeEventListener('abort', stop);
  return code === 0 ? readFile(out, 'utf8') : undefined;
}

function print({ same, differences, extra }: Comparison): void {
  for (const { key, golden, actual } of differences) {
    process.stdout.write(`DIFFERENT ${key}\n  golden: ${golden}\n  actual: ${actual}\n`);
  }
  if (extra > 0) process.stdout.write(`${extra} steps are not in the golden transcript (not judged)\n`);
  process.stdout.write(`${same} same, ${differences.length} different\n`);
}

async function goldenOf(files: readonly string[]): Promise<TranscriptStep[]> {
  return overlay(...(await Promise.all(files.map(async (file) => parseTranscript(await readFile(file, 'utf8'))))));
}
