import { type FactsChange, NORTH } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { custodianCare } from './custodian-care.ts';

const own: FactsChange = {
  requester: { organization: NORTH },
  relation: { care: [{ kind: 'treatment', with: NORTH, from: null, until: null }] },
};

describe('G3 custodian-care', () => {
  it("applies to the custodian's clinician with an open relation, for treatment", () => {
    expect(applies(custodianCare, own)).toBe(true);
    expect(applies(custodianCare, { ...own, request: { purpose: 'COC' } })).toBe(true);
  });
  it('applies to nobody else, for nothing else', () => {
    expect(applies(custodianCare)).toBe(false);
    expect(applies(custodianCare, { ...own, requester: { organization: NORTH, role: 'assistant' } })).toBe(false);
    expect(applies(custodianCare, { ...own, request: { purpose: 'HRESCH' } })).toBe(false);
    expect(applies(custodianCare, { ...own, relation: { care: [] } })).toBe(false);
    expect(applies(custodianCare, { ...own, requester: { organization: null }, record: { custodian: null } })).toBe(
      false,
    );
  });
});
