import { shake256 } from '@noble/hashes/sha3.js';
import { concatBytes, lp } from '../encoding/bytes.ts';
import type { RandomSource } from '../random/random-source.ts';

/**
 * `TestRng(seed, label)` of the specifications: the stream `SHAKE256(lp("MEDQUORUM-V1-TESTRNG") || lp(seed) || lp(label))`. The schemes draw
 * from a RandomSource in the order the specifications give, so this source alone makes test mode: the schemes know nothing of it, and
 * a test checks that nothing but the vector runners imports this file.
 */
export function testRng(seed: Uint8Array, label: string): RandomSource {
  const stream = shake256.create({ dkLen: 32 }).update(concatBytes(lp('MEDQUORUM-V1-TESTRNG'), lp(seed), lp(label)));
  return { bytes: (length) => (length === 0 ? new Uint8Array() : stream.xof(length)) };
}
