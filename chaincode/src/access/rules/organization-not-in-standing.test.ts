import { applies } from '../testing/rule.ts';
import { organizationNotInStanding } from './organization-not-in-standing.ts';

describe('C6 organization-not-in-standing', () => {
  it.each(['suspended', 'left', 'unknown'] as const)('applies where the organisation is %s', (standing) => {
    expect(applies(organizationNotInStanding, { registry: { organization: standing } })).toBe(true);
    expect(applies(organizationNotInStanding)).toBe(false);
  });
  it('does not apply where there is none', () => {
    expect(
      applies(organizationNotInStanding, {
        requester: { role: 'patient', organization: null },
        registry: { organization: 'unknown' },
      }),
    ).toBe(false);
  });
});
