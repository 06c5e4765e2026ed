import { INTEGRITY_AUDIT_VECTORS } from '../integrity-audit/integrity-audit-vectors.ts';
import { INTENT_VECTORS, KEYSTORE_VECTORS, RECOVERY_VECTORS } from '../keys/keys-vectors.ts';
import { MA_ABS_VECTORS } from '../ma-abs/ma-abs-vectors.ts';
import { MATCHING_VECTORS } from '../matching/matching-vectors.ts';
import { THRESHOLD_OPRF_VECTORS } from '../matching/threshold-oprf-vectors.ts';
import { THRESHOLD_BLS_VECTORS } from '../threshold-bls/threshold-bls-vectors.ts';
import { CONTENT_SEGMENTS_VECTORS } from '../threshold-pre/content-segments-vectors.ts';
import { THRESHOLD_PRE_VECTORS } from '../threshold-pre/threshold-pre-vectors.ts';
import type { VectorSet } from './vector-set.ts';

/** Every scheme that has vectors: one line here, its operations beside its code. */
export const VECTOR_SETS: readonly VectorSet[] = [
  MA_ABS_VECTORS,
  THRESHOLD_BLS_VECTORS,
  MATCHING_VECTORS,
  THRESHOLD_OPRF_VECTORS,
  RECOVERY_VECTORS,
  KEYSTORE_VECTORS,
  INTENT_VECTORS,
  THRESHOLD_PRE_VECTORS,
  CONTENT_SEGMENTS_VECTORS,
  INTEGRITY_AUDIT_VECTORS,
];
