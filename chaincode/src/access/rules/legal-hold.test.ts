import { applies } from '../testing/rule.ts';
import { legalHold } from './legal-hold.ts';

describe('C6 legal-hold', () => {
  it('applies to a record under legal hold', () => {
    expect(applies(legalHold, { registry: { legalHold: true } })).toBe(true);
    expect(applies(legalHold)).toBe(false);
  });
});
