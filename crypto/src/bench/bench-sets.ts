import { MA_ABS_BENCHES } from '../ma-abs/ma-abs-bench.ts';
import { THRESHOLD_BLS_BENCHES } from '../threshold-bls/threshold-bls-bench.ts';
import type { BenchSet } from './bench-set.ts';

/** Every scheme that is measured: one line here, its cases beside its code. */
export const BENCH_SETS: readonly BenchSet[] = [MA_ABS_BENCHES, THRESHOLD_BLS_BENCHES];
