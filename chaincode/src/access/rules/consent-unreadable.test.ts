import { consent, permit } from '../testing/consents.ts';
import { applies } from '../testing/rule.ts';
import { consentUnreadable } from './consent-unreadable.ts';

describe('2.2 consent-unreadable', () => {
  it('applies where any consent that counts cannot be read', () => {
    expect(applies(consentUnreadable, { consents: [permit(), consent({ type: 'perhaps' })] })).toBe(true);
    expect(
      applies(consentUnreadable, { consents: [permit(), consent({ type: 'perhaps' }, { status: 'draft' })] }),
    ).toBe(false);
  });
});
