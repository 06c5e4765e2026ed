import fc from 'fast-check';
import { TEST_SEED } from '../testing/test-seed.ts';
import { BlockCutter } from './block-cutter.ts';

const SETTINGS = { maxMessageCount: 3, absoluteMaxBytes: 1000, preferredMaxBytes: 100, timeoutMs: 10 };
const sizes = (batches: readonly (readonly Uint8Array[])[]) =>
  batches.map((batch) => batch.map(({ length }) => length));

describe('cutting blocks', () => {
  it.each([
    ['by count', [1, 1, 1, 1], [[1, 1, 1]], 1],
    ['by bytes, the one too many going into the next', [60, 30, 20], [[60, 30]], 1],
    ['with one too large for company alone', [10, 150, 10], [[10], [150]], 1],
    ['up to the preferred size exactly', [50, 50], [], 2],
  ])('%s', (_, envelopes, expected, waiting) => {
    const cutter = new BlockCutter(SETTINGS);
    const batches = envelopes.flatMap((size) => cutter.add(Buffer.alloc(size)));
    expect(sizes(batches)).toEqual(expected);
    expect(cutter.pendingCount).toBe(waiting);
  });

  it('keeps order, loses nothing and respects both limits', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 160 }), { maxLength: 40 }), (lengths) => {
        const cutter = new BlockCutter(SETTINGS);
        const envelopes = lengths.map((length, index) => Buffer.alloc(length, index));
        const batches = envelopes.flatMap((envelope) => cutter.add(envelope));
        const all = [...batches, cutter.cut()];
        expect(all.flat()).toEqual(envelopes);
        for (const batch of all) {
          expect(batch.length).toBeLessThanOrEqual(SETTINGS.maxMessageCount);
          const bytes = batch.reduce((sum, { length }) => sum + length, 0);
          expect(bytes <= SETTINGS.preferredMaxBytes || batch.length === 1).toBe(true);
        }
      }),
      { seed: TEST_SEED, numRuns: 300 },
    );
  });
});
