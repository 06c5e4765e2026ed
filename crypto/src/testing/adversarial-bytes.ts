import { concatBytes } from '../encoding/bytes.ts';
import { CryptoError } from '../errors/crypto-error.ts';
import { seededRandom } from './seeded-random.ts';

/** Byte strings per decoder. */
export const FUZZ_RUNS = 100_000;

/** Fills that decoders meet: zeros, ones, the order of ristretto255, of BLS12-381, and an identity of G1. */
const FILLS = [
  new Uint8Array(32),
  new Uint8Array(32).fill(0xff),
  Uint8Array.from(Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex')),
  Uint8Array.from(Buffer.from('73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001', 'hex')),
  Uint8Array.from([0xc0, ...new Uint8Array(47)]),
];

/** Random and structured byte strings around valid examples; repeatable. */
export function* adversarialBytes(examples: readonly Uint8Array[], label: string, runs = FUZZ_RUNS) {
  const random = seededRandom(`adversarial/${label}`);
  const below = (limit: number) => {
    const [a = 0, b = 0, c = 0] = random.bytes(3);
    return ((a << 16) | (b << 8) | c) % limit;
  };
  const longest = Math.max(...examples.map(({ length }) => length));
  const noise = random.bytes(1 << 16);
  const slice = (length: number) => {
    const start = below(noise.length - Math.min(length, 4096));
    return noise.slice(start, start + Math.min(length, 4096));
  };
  for (let run = 0; run < runs; run++) {
    const example = examples[run % examples.length] as Uint8Array;
    const at = below(example.length + 1);
    // Strings that may pass every decoding check cost group operations, so they are one in 85.
    switch (run % 256) {
      case 0: {
        const changed = Uint8Array.from(example);
        if (at < example.length) changed[at] = (changed[at] as number) ^ (1 + below(255));
        yield changed;
        break;
      }
      case 1: {
        const changed = Uint8Array.from(example);
        changed.set((FILLS[below(FILLS.length)] as Uint8Array).subarray(0, example.length - at), at);
        yield changed;
        break;
      }
      case 2: {
        // parts of two objects; with one example this is the example itself, which must not be refused
        const other = examples[below(examples.length)] as Uint8Array;
        yield concatBytes(example.subarray(0, at), other.subarray(Math.min(at, other.length)));
        break;
      }
      default:
        if (run % 8 === 0) yield example.slice(0, at);
        else if (run % 8 === 1) yield concatBytes(example, slice(1 + below(64)));
        else if (run % 2 === 0) yield slice(below(longest + 64));
        // a valid beginning, then noise to the length that the decoder expects
        else yield concatBytes(example.subarray(0, at), slice(example.length - at));
    }
  }
}

/**
 * Feeds a decoder with all of {@link adversarialBytes}; anything but a value or a typed error fails the test.
 * @returns how many were decoded and how many refused
 */
export function fuzzDecoder(
  decode: (bytes: Uint8Array) => unknown,
  examples: readonly Uint8Array[],
  label: string,
  runs = FUZZ_RUNS,
): { decoded: number; refused: number } {
  let refused = 0;
  for (const bytes of adversarialBytes(examples, label, runs)) {
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
      refused++;
    }
  }
  return { decoded: runs - refused, refused };
}

/** Positions at which a flipped byte is still accepted: none, for an encoding that verification covers fully. */
export function acceptedFlips(example: Uint8Array, accepts: (bytes: Uint8Array) => boolean, masks = [0x01]): number[] {
  const accepted: number[] = [];
  for (let at = 0; at < example.length; at++) {
    for (const mask of masks) {
      const flipped = Uint8Array.from(example);
      flipped[at] = (flipped[at] as number) ^ mask;
      if (accepts(flipped)) accepted.push(at);
    }
  }
  return accepted;
}

/** Whether `act` returns; a typed error means no, any other error fails the test. */
export function succeeds(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof CryptoError) return false;
    throw error;
  }
}
