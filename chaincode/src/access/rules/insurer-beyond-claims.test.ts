import type { FactsChange } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { insurerBeyondClaims } from './insurer-beyond-claims.ts';

const claim = (purpose: string, resourceType: string): FactsChange => ({
  requester: { role: 'claims-officer' },
  request: { purpose },
  record: { class: resourceType },
});

describe('C3 insurer-beyond-claims', () => {
  it.each(['Claim', 'ExplanationOfBenefit', 'Coverage', 'Encounter'])('lets payment see %s', (resourceType) => {
    expect(applies(insurerBeyondClaims, claim('HPAYMT', resourceType))).toBe(false);
    expect(applies(insurerBeyondClaims, claim('ELIGVER', resourceType))).toBe(false);
    expect(applies(insurerBeyondClaims, claim('TREAT', resourceType))).toBe(true);
  });
  it.each(['DocumentReference', 'Condition', 'Observation'])('and not %s', (resourceType) => {
    expect(applies(insurerBeyondClaims, claim('HPAYMT', resourceType))).toBe(true);
  });
  it('means who works at an insurer too, and nobody else', () => {
    expect(applies(insurerBeyondClaims, { registry: { organizationKind: 'insurer' } })).toBe(true);
    expect(applies(insurerBeyondClaims)).toBe(false);
    const member: FactsChange = { requester: { role: 'patient' }, registry: { organizationKind: 'insurer' } };
    expect(applies(insurerBeyondClaims, member)).toBe(false);
  });
});
