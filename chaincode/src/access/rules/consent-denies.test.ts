import { deny, permit } from '../testing/consents.ts';
import { applies } from '../testing/rule.ts';
import { consentDenies } from './consent-denies.ts';

describe('C1 consent-denies', () => {
  it('applies where any consent denies, whatever others say', () => {
    expect(applies(consentDenies, { consents: [permit(), deny(), permit()] })).toBe(true);
    expect(applies(consentDenies, { consents: [permit()] })).toBe(false);
    expect(applies(consentDenies)).toBe(false);
  });
});
