import type { Delegation } from '../access-facts.ts';
import { type FactsChange, PROXY_AT_HOME } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { delegationInForce } from './delegation-in-force.ts';

const under = (change: Partial<Delegation>, requester: FactsChange['requester'] = {}): FactsChange => ({
  ...PROXY_AT_HOME,
  requester: { ...PROXY_AT_HOME.requester, ...requester },
  relation: { care: [], delegations: [{ to: 'RelatedPerson/r', from: null, until: null, ...change }] },
});

describe('G2 delegation-in-force', () => {
  it('applies to a proxy of the patient under a recorded delegation in force', () => {
    expect(applies(delegationInForce, under({}))).toBe(true);
    expect(applies(delegationInForce, under({ until: '2025-03-01' }))).toBe(true);
  });
  it('applies to none without, before or after, or of another', () => {
    expect(applies(delegationInForce, PROXY_AT_HOME)).toBe(false);
    expect(applies(delegationInForce, under({ until: '2025-02-28' }))).toBe(false);
    expect(applies(delegationInForce, under({ from: '2025-03-02' }))).toBe(false);
    expect(applies(delegationInForce, under({ to: 'RelatedPerson/s' }))).toBe(false);
    expect(applies(delegationInForce, under({}, { onBehalfOf: 'Patient/p8' }))).toBe(false);
    expect(applies(delegationInForce, under({}, { onBehalfOf: null }))).toBe(false);
    expect(applies(delegationInForce, under({}, { role: 'patient' }))).toBe(false);
  });
});
