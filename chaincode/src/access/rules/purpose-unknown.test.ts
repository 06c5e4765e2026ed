import { PURPOSES_OF_USE } from '../code-systems/purpose-of-use.ts';
import { applies } from '../testing/rule.ts';
import { purposeUnknown } from './purpose-unknown.ts';

describe('C3 purpose-unknown', () => {
  it.each(['CURIOSITY', 'treat', 'PurposeOfUse', 'PAT', '__proto__'])('denies %s', (purpose) => {
    expect(applies(purposeUnknown, { request: { purpose } })).toBe(true);
  });
  it('knows every purpose of use', () => {
    expect(PURPOSES_OF_USE.length).toBeGreaterThan(55);
    for (const purpose of PURPOSES_OF_USE) expect(applies(purposeUnknown, { request: { purpose } })).toBe(false);
  });
});
