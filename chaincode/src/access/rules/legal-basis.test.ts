import type { LegalBasis } from '../access-facts.ts';
import { type FactsChange, SOUTH } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { legalBasis } from './legal-basis.ts';

const on = (change: Partial<LegalBasis>, purpose = 'PUBHLTH'): FactsChange => ({
  request: { purpose },
  registry: {
    legalBases: [
      {
        id: 'b1',
        organization: SOUTH,
        class: 'DocumentReference',
        purpose: 'PUBHLTH',
        from: null,
        until: null,
        ...change,
      },
    ],
  },
});

describe('G4 legal-basis', () => {
  it('applies with its class and purpose', () => {
    expect(applies(legalBasis, on({}))).toBe(true);
    expect(applies(legalBasis, on({}, 'THREAT'))).toBe(true);
    expect(applies(legalBasis, on({ class: 'clinical' }))).toBe(true);
  });
  it('does not apply otherwise', () => {
    expect(applies(legalBasis)).toBe(false);
    expect(applies(legalBasis, on({}, 'TREAT'))).toBe(false);
    expect(applies(legalBasis, on({ class: 'Condition' }))).toBe(false);
    expect(applies(legalBasis, on({ organization: 'Organization/other' }))).toBe(false);
    expect(applies(legalBasis, on({ until: '2025-02' }))).toBe(false);
    expect(applies(legalBasis, on({ from: '2025-04' }))).toBe(false);
  });
});
