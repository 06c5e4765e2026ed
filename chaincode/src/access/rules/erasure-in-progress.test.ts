import { applies } from '../testing/rule.ts';
import { erasureInProgress } from './erasure-in-progress.ts';

describe('C6 erasure-in-progress', () => {
  it('applies to a record that is being erased', () => {
    expect(applies(erasureInProgress, { registry: { erasureInProgress: true } })).toBe(true);
    expect(applies(erasureInProgress)).toBe(false);
  });
});
