import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES, type EngineName } from '@medquorum/network/consortium/engine';
import { type Comparison, compareTranscripts, parseTranscript } from './compare-transcripts.ts';
import { startProbeNetwork } from './start-probe-network.ts';

const at = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** A lone transaction waits for its block as it did while recording, or not at all. */
const CUTS = ['timeout', 'eager'] as const;

const USAGE = `usage: npm run -s conformance -- [--engine ${ENGINES.join('|')}] [--scenarios DIR --golden FILE] [--only TEXT[,TEXT]]
                                  [--ignore-messages] [--record FILE] [--cut ${CUTS.join('|')}]
  --engine           network to run the scenarios on (default embedded)
  --cut              embedded only: ${CUTS.join(' or ')} (default timeout: blocks as they were recorded)
  --scenarios        folder of scenario files (default: the project's own)
  --golden           transcript to compare with (default: the project's own)
  --only             only scenarios whose id or file name contains TEXT
  --ignore-messages  compare codes and results only
  --record           write the transcript to FILE and compare with nothing
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
  const network = await startProbeNetwork(options.engine, options.cut, (line) => process.stderr.write(`${line}\n`));
  try {
    const transcript = await drive(network.connectionFile, options, stopping.signal);
    if (transcript === undefined) return EXIT_FAILED;
    if (options.record !== undefined) {
      process.stdout.write(`${parseTranscript(transcript).length} steps recorded in ${options.record}\n`);
      return EXIT_OK;
    }
    const golden = parseTranscript(await readFile(options.golden, 'utf8'));
    const actual = parseTranscript(transcript);
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
  cut: (typeof CUTS)[number];
  scenarios: string;
  golden: string;
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
    if (engine === undefined || cut === undefined) return undefined;
    // Foreign scenarios judged by our transcript, or ours by a foreign one, would differ in every step.
    if (values.record === undefined && (values.scenarios === undefined) !== (values.golden === undefined))
      return undefined;
    return {
      engine,
      cut,
      scenarios: path.resolve(values.scenarios ?? at('./scenarios')),
      golden: path.resolve(values.golden ?? at('./golden/transcript.jsonl')),
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
  const out = options.record ?? path.join(path.dirname(connection), 'transcript.jsonl');
  const only = options.only === undefined ? [] : ['--only', options.only];
  const args = ['--connection', connection, '--scenarios', options.scenarios, '--out', out, ...only];
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
