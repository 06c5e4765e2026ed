import { MA_ABS_VECTORS } from '../ma-abs/ma-abs-vectors.ts';
import type { VectorSet } from './vector-set.ts';

/** Every scheme that has vectors: one line here, its operations beside its code. */
export const VECTOR_SETS: readonly VectorSet[] = [MA_ABS_VECTORS];
