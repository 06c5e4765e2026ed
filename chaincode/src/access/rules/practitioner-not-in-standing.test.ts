import { applies } from '../testing/rule.ts';
import { practitionerNotInStanding } from './practitioner-not-in-standing.ts';

describe('C6 practitioner-not-in-standing', () => {
  it.each(['suspended', 'left', 'unknown'] as const)('applies where the practitioner is %s', (standing) => {
    expect(applies(practitionerNotInStanding, { registry: { practitioner: standing } })).toBe(true);
    expect(applies(practitionerNotInStanding)).toBe(false);
  });
  it('does not apply where there is none', () => {
    expect(
      applies(practitionerNotInStanding, {
        requester: { role: 'patient', practitioner: null },
        registry: { practitioner: 'unknown' },
      }),
    ).toBe(false);
  });
});
