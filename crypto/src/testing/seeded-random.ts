import { shake256 } from '@noble/hashes/sha3.js';
import { utf8 } from '../encoding/bytes.ts';
import type { RandomSource } from '../random/random-source.ts';
import { SEED } from './seed.ts';

/** A repeatable source for tests: the SHAKE256 stream of the test seed and a label. */
export function seededRandom(label: string): RandomSource {
  const stream = shake256.create({ dkLen: 32 }).update(utf8(`test/${SEED}/${label}`));
  return { bytes: (length) => (length === 0 ? new Uint8Array() : stream.xof(length)) };
}
