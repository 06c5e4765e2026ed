import fc from 'fast-check';
import { TEST_SEED } from '../testing/test-seed.ts';
import { compareUtf8 } from './utf8-order.ts';

describe('compareUtf8', () => {
  it('orders as the bytes do', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { seed: TEST_SEED, numRuns: 5_000 },
    );
  });

  it('puts an emoji after U+FFEE', () => {
    expect(compareUtf8('\u{1f511}', '\u{ffee}')).toBeGreaterThan(0);
  });
});
