import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { loadMclBls12381 } from '../arithmetic/mcl-bls12381.ts';
import { nobleBls12381 } from '../arithmetic/noble-bls12381.ts';

/** Both implementations, for suites that run on each. */
export const loadBackEnds = async (): Promise<readonly Bls12381[]> => [await loadMclBls12381(), nobleBls12381];
