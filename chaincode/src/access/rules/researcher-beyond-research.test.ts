import type { FactsChange } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { researcherBeyondResearch } from './researcher-beyond-research.ts';

const asking = (purpose: string): FactsChange => ({ requester: { role: 'researcher' }, request: { purpose } });

describe('C3 researcher-beyond-research', () => {
  it('lets a researcher ask for HRESCH and below only', () => {
    expect(applies(researcherBeyondResearch, asking('HRESCH'))).toBe(false);
    expect(applies(researcherBeyondResearch, asking('CLINTRCHNPC'))).toBe(false);
    expect(applies(researcherBeyondResearch, asking('TREAT'))).toBe(true);
    expect(applies(researcherBeyondResearch, asking('CLINTRL'))).toBe(true);
    expect(applies(researcherBeyondResearch, { registry: { organizationKind: 'research' } })).toBe(true);
    expect(applies(researcherBeyondResearch, { request: { purpose: 'HRESCH' } })).toBe(false);
  });
});
