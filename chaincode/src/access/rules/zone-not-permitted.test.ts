import type { FactsChange } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { zoneNotPermitted } from './zone-not-permitted.ts';

const from = (zone: string | null): FactsChange => ({
  request: { place: { facility: null, zone, revalidateAt: null } },
});

describe('C4 zone-not-permitted', () => {
  it('keeps clinicians to the clinical zone', () => {
    expect(applies(zoneNotPermitted, from('clinical'))).toBe(false);
    expect(applies(zoneNotPermitted, from('administrative'))).toBe(true);
    expect(applies(zoneNotPermitted, from(null))).toBe(true);
    expect(applies(zoneNotPermitted, { request: { place: null } })).toBe(true);
  });
  it('keeps other roles where the settings say', () => {
    const office: FactsChange = { ...from('administrative'), requester: { role: 'administrator' } };
    expect(applies(zoneNotPermitted, office)).toBe(false);
    expect(applies(zoneNotPermitted, { ...office, settings: { zones: { administrator: ['research'] } } })).toBe(true);
  });
});
