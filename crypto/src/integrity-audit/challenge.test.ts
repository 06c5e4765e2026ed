import fc from 'fast-check';
import type { Bls12381 } from '../arithmetic/arithmetic.ts';
import { loadBackEnds } from '../testing/back-ends.ts';
import { FC } from '../testing/seed.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { challenge, challengeSeed, sampleSize } from './challenge.ts';
import { manifestHash } from './manifest.ts';
import { prove, verifyProof } from './proof.ts';
import { auditedFile, keyAuthorities, stored } from './testing/audited-file.ts';

const random = seededRandom('challenge');
const mh = random.bytes(32);

describe('challenge', () => {
  it('names min(c, n) distinct blocks with non-zero coefficients of 128 bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 60 }), (n, c) => {
        const blocks = challenge(random.bytes(32), mh, n, c);
        expect(blocks).toHaveLength(Math.min(c, n));
        expect(new Set(blocks.map(({ index }) => index)).size).toBe(blocks.length);
        expect(blocks.every(({ index, v }) => index >= 0 && index < n && v > 0n && v < 1n << 128n)).toBe(true);
      }),
      FC,
    );
  });

  it('is that of a full shuffle', () => {
    const seed = random.bytes(32);
    const all = challenge(seed, mh, 50, 50).map(({ index }) => index);
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('depends on seed, manifest and count', () => {
    const seed = challengeSeed('ehr', 'audit-1', random.bytes(32));
    const base = JSON.stringify(challenge(seed, mh, 1000, 20).map(({ index }) => index));
    for (const again of [
      challenge(random.bytes(32), mh, 1000, 20),
      challenge(seed, random.bytes(32), 1000, 20),
      challenge(seed, mh, 1000, 19),
    ]) {
      expect(JSON.stringify(again.map(({ index }) => index))).not.toBe(base);
    }
  });

  it.each([
    [0, 1],
    [1_000_001, 1],
    [10, 0],
    [10.5, 1],
    [10, Number.NaN],
  ])('refuses n = %d, c = %d', (n, c) => {
    expect(() => challenge(mh, mh, n, c)).toThrow('MQ_CRYPTO_ARGUMENT');
  });
});

describe('sample size', () => {
  it.each([
    [100, 1, 99],
    [200, 2, 180],
    [300, 3, 235],
    [500, 5, 300],
    [1000, 10, 368],
    [2000, 20, 410],
    [5000, 50, 438],
    [10_000, 100, 448],
  ])('of %i blocks with %i lost is the table of section 10', (n, d, withoutReplacement) => {
    expect(sampleSize(n, d, '0.99')).toEqual({ withReplacement: 459, withoutReplacement });
  });

  it('is exact where the bound is met with equality, and 1 where all is lost', () => {
    expect(sampleSize(4, 1, '0.5').withoutReplacement).toBe(2);
    expect(sampleSize(10, 10, '0.999')).toEqual({ withReplacement: 1, withoutReplacement: 1 });
    expect(sampleSize(1_000_000, 1, '0.99').withoutReplacement).toBe(990_000);
    expect(sampleSize(1_000_000, 500_000, '0.5')).toEqual({ withReplacement: 1, withoutReplacement: 1 });
    expect(sampleSize(4, 2, '0.75').withReplacement).toBe(2);
  });

  it.each([
    [0, 1, '0.99'],
    [10, 0, '0.99'],
    [10, 11, '0.99'],
    [10, 1, '1'],
    [10, 1, '0.0'],
    [10, 1, '.9'],
    [1_000_001, 1, '0.9'],
  ])('refuses %d, %d, %s', (n, d, confidence) => {
    expect(() => sampleSize(n, d, confidence)).toThrow('MQ_CRYPTO_ARGUMENT');
  });
});

/** Probability that c of n blocks, drawn without replacement, include one of d. */
const promised = (n: number, d: number, c: number) =>
  1 - Array.from({ length: c }, (_, k) => (n - d - k) / (n - k)).reduce((product, factor) => product * factor, 1);

describe('detection of one damaged block in a hundred', () => {
  it.each([
    [100, 30],
    [100, 99],
    [1000, 100],
    [1000, 368],
    [10_000, 448],
  ])(
    'of %i blocks by %i challenged ones happens as often as promised, over 1000 audits',
    (n, c) => {
      const audits = 1000;
      const damaged = new Set(Array.from({ length: n / 100 }, (_, k) => (k * 97 + 13) % n));
      let found = 0;
      for (let audit = 0; audit < audits; audit++) {
        const seed = challengeSeed('ehr', `audit-${n}-${c}-${audit}`, random.bytes(32));
        if (challenge(seed, mh, n, c).some(({ index }) => damaged.has(index))) found++;
      }
      const p = promised(n, n / 100, c);
      const sigma = Math.sqrt(audits * p * (1 - p));
      expect(Math.abs(found - audits * p)).toBeLessThan(4 * sigma + 1);
    },
    60_000,
  );

  it('is the verdict of real proofs: refused exactly when the damaged block was challenged', async () => {
    const [mcl] = (await loadBackEnds()) as [Bls12381];
    const { key, Ppub } = keyAuthorities(mcl);
    const file = await auditedFile(mcl, key, random.bytes(3100), { s: 1, mode: 'ct' });
    const damaged = stored(file.blocks);
    damaged.bytes[41]?.set([(damaged.bytes[41]?.[0] ?? 0) ^ 1]);
    let found = 0;
    for (let audit = 0; audit < 100; audit++) {
      const query = { seed: challengeSeed('ehr', `audit-${audit}`, random.bytes(32)), c: 30 };
      const challenged = challenge(query.seed, manifestHash(file.manifest), 100, 30);
      const hit = challenged.some(({ index }) => index === 41);
      const proof = await prove(mcl, file.manifest, query, damaged);
      expect(verifyProof(mcl, file.manifest, Ppub, query, false, proof)).toBe(!hit);
      if (hit) found++;
    }
    expect(Math.abs(found - 30)).toBeLessThan(4 * Math.sqrt(100 * 0.3 * 0.7));
  }, 180_000);
});
