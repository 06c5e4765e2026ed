import type { CareRelation } from '../access-facts.ts';
import { breakingTheGlass, CLINICIAN, EMERGENCY, type FactsChange, NORTH, SOUTH } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { noCareRelation } from './no-care-relation.ts';

const relation = (change: Partial<CareRelation>): FactsChange => ({
  relation: { care: [{ kind: 'treatment', with: SOUTH, from: null, until: null, ...change }] },
});
const none: FactsChange = { relation: { care: [] } };

describe('C5 no-care-relation', () => {
  it.each(['TREAT', 'ETREAT', 'BTG', 'COC', 'POPHLTH'])('applies to %s', (purpose) => {
    expect(applies(noCareRelation, { ...none, request: { purpose } })).toBe(true);
    expect(applies(noCareRelation, { request: { purpose } })).toBe(false);
  });
  it.each(['HPAYMT', 'HRESCH', 'PATRQT', 'PUBHLTH'])('does not apply to %s', (purpose) => {
    expect(applies(noCareRelation, { ...none, request: { purpose } })).toBe(false);
  });
  it('does not apply to the custodian', () => {
    expect(applies(noCareRelation, { ...none, requester: { organization: NORTH } })).toBe(false);
    expect(applies(noCareRelation, { ...none, requester: { organization: null }, record: { custodian: null } })).toBe(
      true,
    );
  });
  it.each([SOUTH, CLINICIAN, 'PractitionerRole/south-gp'])('takes a relation with %s', (reference) => {
    expect(applies(noCareRelation, relation({ with: reference }))).toBe(false);
  });
  it('takes no relation with others, and none that has not begun or has ended', () => {
    expect(applies(noCareRelation, relation({ with: NORTH }))).toBe(true);
    expect(applies(noCareRelation, relation({ from: '2025-03-02' }))).toBe(true);
    expect(applies(noCareRelation, relation({ until: '2025-02-28' }))).toBe(true);
    expect(applies(noCareRelation, relation({ from: '2025-03-01', until: '2025-03-01' }))).toBe(false);
  });
  it('makes an exception for an accountable emergency only', () => {
    expect(applies(noCareRelation, breakingTheGlass())).toBe(false);
    expect(applies(noCareRelation, breakingTheGlass({ emergency: { ...EMERGENCY, reason: ' ' } }))).toBe(true);
    expect(applies(noCareRelation, { ...none, emergency: EMERGENCY })).toBe(true);
  });
});
