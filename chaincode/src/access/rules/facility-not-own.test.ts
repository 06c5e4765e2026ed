import { NORTH } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { facilityNotOwn } from './facility-not-own.ts';

describe('C4 facility-not-own', () => {
  it('applies to a facility known to be of another organisation', () => {
    expect(applies(facilityNotOwn, { registry: { facilityOrganization: NORTH } })).toBe(true);
    expect(applies(facilityNotOwn)).toBe(false);
    expect(applies(facilityNotOwn, { registry: { facilityOrganization: null } })).toBe(false);
    expect(applies(facilityNotOwn, { request: { place: null }, registry: { facilityOrganization: NORTH } })).toBe(
      false,
    );
  });
});
