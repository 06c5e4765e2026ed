import type { Bls12381, G2Point } from '../arithmetic/arithmetic.ts';
import { utf8 } from '../encoding/bytes.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import { gateText, leafText, parsePolicy } from './policy.ts';
import { sign } from './sign.ts';
import { decodeSignature, signatureShape } from './signature.ts';
import { Cast, EPOCH } from './testing/cast.ts';
import { verify } from './verify.ts';

/** Signatures per branch of the policy; the thresholds below are set for this number. */
const SIGNATURES = 500;
const LEAF_BYTES = 304;
const HEAD_BYTES = 152 + 32; // before the leaves: header, c, C, su0, sr0, one free challenge

const [mcl] = (await loadBackEnds()) as [Bls12381];
const cast = new Cast(mcl, ['clinic', 'insurer'], 'leaf-privacy');
const registry = cast.registry();
const alice = cast.user();
/** In canonical order, so that the first is leaf 0. */
const LEAVES = [leafText('insurer', 'member', EPOCH), leafText('clinic', 'physician', EPOCH)] as const;
const statement = { policy: gateText(1, LEAVES), message: utf8('privacy'), scope: null };
const wallets = [
  [cast.credential(alice, 'clinic', 'physician')],
  [cast.credential(alice, 'insurer', 'member')],
] as const;

/** By branch that was proved: the whole signatures. */
const byBranch = wallets.map((wallet) =>
  Array.from({ length: SIGNATURES }, () => sign(registry, statement, alice, wallet, cast.random)),
);
const leafOf = (signature: Uint8Array, leaf: 0 | 1) =>
  signature.subarray(HEAD_BYTES + leaf * LEAF_BYTES, HEAD_BYTES + (leaf + 1) * LEAF_BYTES);
const [provedFirst, provedSecond] = byBranch as [Uint8Array[], Uint8Array[]];
const real = [...provedFirst.map((s) => leafOf(s, 0)), ...provedSecond.map((s) => leafOf(s, 1))];
const simulated = [...provedFirst.map((s) => leafOf(s, 1)), ...provedSecond.map((s) => leafOf(s, 0))];

describe('simulated and real leaves', () => {
  it('have the same frequency of every bit of the encoding', () => {
    expect(largestDeviation(real, simulated)).toBeLessThan(BIT_THRESHOLD);
  });

  it('have the same distribution of every byte of the encoding', () => {
    expect(largestByteDeviation(real, simulated)).toBeLessThan(BYTE_THRESHOLD);
  });

  it('are not told apart by a classifier trained on half of them', () => {
    expect(Math.abs(classifierAdvantage(real, simulated))).toBeLessThan(CLASSIFIER_THRESHOLD);
  });

  it('leave no trace in the rest of the signature: which branch was proved does not show in any bit', () => {
    expect(largestDeviation(provedFirst, provedSecond)).toBeLessThan(BIT_THRESHOLD);
    expect(Math.abs(classifierAdvantage(provedFirst, provedSecond))).toBeLessThan(CLASSIFIER_THRESHOLD);
  });

  it('satisfy the pairing equation alike, each leaf alone', () => {
    const shape = signatureShape(parsePolicy(statement.policy), null);
    for (const [first] of [provedFirst, provedSecond]) {
      expect(verify(registry, statement, first as Uint8Array)).toBe(true);
      decodeSignature(mcl, first as Uint8Array, shape).leaves.forEach(({ Abar, Bbar }, i) => {
        const W = registry.keys(['insurer', 'clinic'][i] as string)?.W as G2Point;
        expect(mcl.GT.equals(mcl.pairing(Abar, W), mcl.pairing(Bbar, mcl.G2.generator))).toBe(true);
      });
    }
  });

  it('would be told apart if responses of one kind were a single bit short', () => {
    // the test of the test: clear the highest bit that a scalar can have in s1 of every simulated leaf
    const short = simulated.map((leaf) => leaf.with(144, (leaf[144] as number) & 0x3f));
    expect(largestDeviation(real, short)).toBeGreaterThan(BIT_THRESHOLD);
    expect(largestByteDeviation(real, short)).toBeGreaterThan(BYTE_THRESHOLD);
  });

  it('would be told apart by the classifier if many bits were slightly biased', () => {
    const biased = simulated.map((leaf) =>
      leaf.map((byte, i) => (i % 16 === 1 ? byte & ((leaf[i - 1] as number) | 0x3f) : byte)),
    );
    expect(classifierAdvantage(real, biased)).toBeGreaterThan(CLASSIFIER_THRESHOLD);
  });
});

/** |z| that the largest of about 5,000 bits passes with probability 2 in 1,000 when nothing is to be found. */
const BIT_THRESHOLD = 5;
/** Two-sample chi-square of 16 bins (high nibbles), as a normal deviate: the same probability for the largest of 800 bytes. */
const BYTE_THRESHOLD = 6;
/** Advantage over guessing on the held-out half, five standard deviations of a fair coin. */
const CLASSIFIER_THRESHOLD = 5 / (2 * Math.sqrt(SIGNATURES));

function* bitsOf(samples: readonly Uint8Array[]): Generator<[number, number]> {
  const length = (samples[0] as Uint8Array).length;
  for (let bit = 0; bit < 8 * length; bit++) {
    let ones = 0;
    for (const sample of samples) ones += ((sample[bit >> 3] as number) >> (bit & 7)) & 1;
    yield [bit, ones / samples.length];
  }
}

/** Largest |z| over the bits, of the difference of two frequencies. */
function largestDeviation(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  const inB = new Map(bitsOf(b));
  let largest = 0;
  for (const [bit, p] of bitsOf(a)) {
    const q = inB.get(bit) as number;
    const pooled = (p * a.length + q * b.length) / (a.length + b.length);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.length + 1 / b.length));
    if (deviation > 0) largest = Math.max(largest, Math.abs(p - q) / deviation);
  }
  return largest;
}

function largestByteDeviation(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  let largest = 0;
  for (let at = 0; at < (a[0] as Uint8Array).length; at++) {
    const [inA, inB] = [a, b].map((samples) => {
      const bins = new Array<number>(16).fill(0);
      for (const sample of samples)
        bins[(sample[at] as number) >> 4] = (bins[(sample[at] as number) >> 4] as number) + 1;
      return bins;
    }) as [number[], number[]];
    let chiSquare = 0;
    let used = 0;
    inA.forEach((x, bin) => {
      const y = inB[bin] as number;
      if (x + y === 0) return;
      chiSquare += (x - y) ** 2 / (x + y); // equal sizes
      used++;
    });
    const freedom = used - 1;
    if (freedom > 0) largest = Math.max(largest, (chiSquare - freedom) / Math.sqrt(2 * freedom));
  }
  return largest;
}

/** Naive Bayes over the bits, trained on the even samples: share of right answers on the odd ones, less one half. */
function classifierAdvantage(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  const half = (samples: readonly Uint8Array[], odd: 0 | 1) => samples.filter((_, i) => i % 2 === odd);
  const smoothed = (p: number, n: number) => (p * n + 1) / (n + 2);
  const weights = [...bitsOf(half(a, 0))].map(([, p], bit) => ({ bit, p: smoothed(p, a.length / 2) }));
  const inB = [...bitsOf(half(b, 0))].map(([, q]) => smoothed(q, b.length / 2));
  const score = (sample: Uint8Array) =>
    weights.reduce((sum, { bit, p }) => {
      const q = inB[bit] as number;
      const one = ((sample[bit >> 3] as number) >> (bit & 7)) & 1;
      return sum + (one ? Math.log(p / q) : Math.log((1 - p) / (1 - q)));
    }, 0);
  const right =
    half(a, 1).filter((sample) => score(sample) > 0).length + half(b, 1).filter((sample) => score(sample) <= 0).length;
  return right / (half(a, 1).length + half(b, 1).length) - 0.5;
}
