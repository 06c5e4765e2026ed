import { INTEGRITY_AUDIT_BENCHES } from '../integrity-audit/integrity-audit-bench.ts';
import { MA_ABS_BENCHES } from '../ma-abs/ma-abs-bench.ts';
import { MATCHING_BENCHES } from '../matching/matching-bench.ts';
import { THRESHOLD_BLS_BENCHES } from '../threshold-bls/threshold-bls-bench.ts';
import { THRESHOLD_PRE_BENCHES } from '../threshold-pre/threshold-pre-bench.ts';
import type { BenchSet } from './bench-set.ts';

/** Every scheme that is measured: one line here, its cases beside its code. */
export const BENCH_SETS: readonly BenchSet[] = [
  MA_ABS_BENCHES,
  THRESHOLD_BLS_BENCHES,
  THRESHOLD_PRE_BENCHES,
  INTEGRITY_AUDIT_BENCHES,
  MATCHING_BENCHES,
];
