import { consent, deny, permit } from '../testing/consents.ts';
import { applies } from '../testing/rule.ts';
import { consentPermits } from './consent-permits.ts';

describe('G1 consent-permits', () => {
  it('applies where a consent permits', () => {
    expect(applies(consentPermits, { consents: [deny(), permit()] })).toBe(true);
    expect(applies(consentPermits, { consents: [deny(), consent({ type: 'perhaps' })] })).toBe(false);
    expect(applies(consentPermits)).toBe(false);
  });
});
