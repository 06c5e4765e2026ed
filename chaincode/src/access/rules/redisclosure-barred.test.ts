import { type FactsChange, NORTH } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { redisclosureBarred } from './redisclosure-barred.ts';

const disclosing: FactsChange = { record: { policies: ['42CFRPart2'] }, request: { action: 'disclose' } };

describe('C2 redisclosure-barred', () => {
  it('applies where who received it would pass it on', () => {
    expect(applies(redisclosureBarred, disclosing)).toBe(true);
    expect(applies(redisclosureBarred, { ...disclosing, requester: { organization: NORTH } })).toBe(false);
    expect(applies(redisclosureBarred, { ...disclosing, request: { action: 'use' } })).toBe(false);
    expect(applies(redisclosureBarred, { request: { action: 'disclose' } })).toBe(false);
  });
});
