import { applies } from '../testing/rule.ts';
import { timeOutsideSkew } from './time-outside-skew.ts';

describe('C4 time-outside-skew', () => {
  it('applies where the skew check failed', () => {
    expect(applies(timeOutsideSkew, { request: { withinSkew: false } })).toBe(true);
    expect(applies(timeOutsideSkew)).toBe(false);
  });
});
