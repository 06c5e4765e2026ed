import { sha256 } from '@noble/hashes/sha2.js';
import type { Scalar } from '../arithmetic/arithmetic.ts';
import { concatBytes, i2osp, os2ip } from '../encoding/bytes.ts';

/** 128-bit weights: a wrong batch passes with probability about 2^-128 per attempt. */
const WEIGHT_BYTES = 16;

/** `w_i = OS2IP(first 16 bytes of SHA-256(h || I2OSP(i, 4)))` of section 11, step 6. */
export const batchWeight = (h: Uint8Array, i: number): Scalar =>
  os2ip(sha256(concatBytes(h, i2osp(i, 4))).subarray(0, WEIGHT_BYTES));
