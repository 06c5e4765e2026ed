import type { FactsChange } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { hoursNotPermitted } from './hours-not-permitted.ts';

const at = (time: string, fromMinute: number, untilMinute: number): FactsChange => ({
  request: { time },
  settings: { hours: { clinician: { fromMinute, untilMinute } } },
});

describe('C4 hours-not-permitted', () => {
  it('sets none by default', () => {
    expect(applies(hoursNotPermitted, { request: { time: '2025-03-01T03:00:00Z' } })).toBe(false);
  });
  it('includes the first minute and not the last, in UTC', () => {
    expect(applies(hoursNotPermitted, at('2025-03-01T08:00:00Z', 480, 1080))).toBe(false);
    expect(applies(hoursNotPermitted, at('2025-03-01T17:59:59Z', 480, 1080))).toBe(false);
    expect(applies(hoursNotPermitted, at('2025-03-01T18:00:00Z', 480, 1080))).toBe(true);
    expect(applies(hoursNotPermitted, at('2025-03-01T07:59:59Z', 480, 1080))).toBe(true);
    expect(applies(hoursNotPermitted, at('2025-03-01T08:30:00+01:00', 480, 1080))).toBe(true);
  });
  it('passes midnight, and counts before 1970', () => {
    expect(applies(hoursNotPermitted, at('2025-03-01T23:00:00Z', 1320, 360))).toBe(false);
    expect(applies(hoursNotPermitted, at('2025-03-01T05:00:00Z', 1320, 360))).toBe(false);
    expect(applies(hoursNotPermitted, at('2025-03-01T12:00:00Z', 1320, 360))).toBe(true);
    expect(applies(hoursNotPermitted, at('1969-03-01T12:00:00Z', 480, 1080))).toBe(false);
  });
});
