import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { loadMclBls12381 } from '../arithmetic/mcl-bls12381.ts';
import { nobleBls12381 } from '../arithmetic/noble-bls12381.ts';
import type { BenchCase, BenchSet } from './bench-set.ts';
import { BENCH_SETS } from './bench-sets.ts';
import { recordArithmetic, type Trace } from './record-arithmetic.ts';

/**
 * One measured line. Times are medians in milliseconds. Ratios are medians of the ratio in each round: what runs side by side is slowed by the
 * same neighbours on a shared machine.
 */
export type BenchResult = Readonly<{
  scheme: string;
  operation: string;
  size: string;
  backEnd: string;
  rounds: number;
  ms: number;
  bareMs: number;
  ratio: number;
  /** Decoding and encoding of points, outside the bare cost; undefined where nothing was recorded. */
  decodingMs: number | undefined;
  encodingMs: number | undefined;
  /** Ratio to bare cost and decoding together: what is left above 1 is our own code. */
  ratioWithDecoding: number | undefined;
}>;

export type BenchOptions = Readonly<{
  /** Only cases whose "scheme operation" contains this text. */
  filter?: string;
  /** Time for one case, warm-up apart. */
  budgetMs?: number;
  backEnds?: readonly Bls12381['name'][];
}>;

const DEFAULT_BUDGET_MS = 600;
const MIN_ROUNDS = 9;
const MAX_ROUNDS = 500;

/** Measures all registered cases; `report` gets each result as it comes. */
export async function runBenches(
  report: (result: BenchResult) => void,
  options: BenchOptions = {},
  sets: readonly BenchSet[] = BENCH_SETS,
): Promise<void> {
  const { filter = '', budgetMs = DEFAULT_BUDGET_MS, backEnds = ['mcl', 'noble'] } = options;
  const available = [await loadMclBls12381(), nobleBls12381];
  for (const { scheme, arithmetic: kind, cases } of sets) {
    const chosen = kind === 'none' ? available.slice(-1) : available.filter(({ name }) => backEnds.includes(name));
    for (const backEnd of chosen) {
      const recorder = recordArithmetic(backEnd);
      for (const bench of await cases(recorder.arithmetic)) {
        if (!`${scheme} ${bench.operation}`.includes(filter)) continue;
        const measured = await measure(bench, recorder.record, budgetMs);
        report({
          scheme,
          operation: bench.operation,
          size: bench.size,
          backEnd: kind === 'none' ? 'one' : backEnd.name,
          ...measured,
        });
      }
    }
  }
}

/**
 * Operation, bare cost, decoding and encoding in turns, so that a slow moment of the machine hits all of them; the order alternates, so that
 * none always runs on a warm cache of the other.
 */
async function measure(
  { run, bare }: BenchCase,
  record: (run: () => unknown) => Promise<Trace>,
  budgetMs: number,
): Promise<Omit<BenchResult, 'scheme' | 'operation' | 'size' | 'backEnd'>> {
  await run(); // caches and compiled code as in a process that has been up for a while
  const trace = bare === undefined ? await record(run) : undefined;
  const bareCalls = trace ? [...trace.pairings, ...trace.multiplications, ...trace.hashes] : [];
  const series: { name: 'run' | 'bare' | 'decoding' | 'encoding'; act: () => unknown; times: number[] }[] = [
    { name: 'run', act: run, times: [] },
    { name: 'bare', act: bare ?? replay(bareCalls), times: [] },
  ];
  if (trace) {
    series.push({ name: 'decoding', act: replay(trace.decodings), times: [] });
    series.push({ name: 'encoding', act: replay(trace.encodings), times: [] });
  }
  for (const { act } of series) await act();
  const end = performance.now() + budgetMs;
  let rounds = 0;
  while (rounds < MIN_ROUNDS || (performance.now() < end && rounds < MAX_ROUNDS)) {
    for (const { act, times } of rounds % 2 === 0 ? series : series.toReversed()) {
      const start = performance.now();
      await act();
      times.push(performance.now() - start);
    }
    rounds++;
  }
  const timesOf = (name: string) => series.find((one) => one.name === name)?.times;
  const [runTimes = [], bareTimes = []] = [timesOf('run'), timesOf('bare')];
  const [decodingTimes, encodingTimes] = [timesOf('decoding'), timesOf('encoding')];
  const ratioTo = (base: (round: number) => number) => median(runTimes.map((time, round) => time / base(round)));
  const bareOf = (round: number) => bareTimes[round] as number;
  return {
    rounds,
    ms: median(runTimes),
    bareMs: median(bareTimes),
    ratio: ratioTo(bareOf),
    decodingMs: decodingTimes && median(decodingTimes),
    encodingMs: encodingTimes && median(encodingTimes),
    ratioWithDecoding: decodingTimes && ratioTo((round) => bareOf(round) + (decodingTimes[round] as number)),
  };
}

const replay = (calls: readonly (() => unknown)[]) => () => {
  for (const call of calls) call();
};

function median(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
