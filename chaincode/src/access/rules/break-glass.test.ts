import type { EmergencyFacts } from '../access-facts.ts';
import { breakingTheGlass, CLINICIAN, EMERGENCY, NORTH, SOUTH } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { breakGlass } from './break-glass.ts';

const emergency = (change: Partial<EmergencyFacts>) => breakingTheGlass({ emergency: { ...EMERGENCY, ...change } });
const second = (practitioner: string, organization: string) =>
  emergency({ reviewDue: null, secondClinician: { practitioner, organization } });

describe('G5 break-glass', () => {
  it.each(['ETREAT', 'BTG', 'ERTREAT'])('applies to %s', (purpose) => {
    expect(applies(breakGlass, breakingTheGlass({ request: { purpose } }))).toBe(true);
  });
  it.each(['TREAT', 'COC', 'HRESCH'])('does not apply to %s', (purpose) => {
    expect(applies(breakGlass, breakingTheGlass({ request: { purpose } }))).toBe(false);
  });
  it('is for clinicians in the clinical zone, who state a reason', () => {
    expect(applies(breakGlass, breakingTheGlass({ requester: { role: 'assistant' } }))).toBe(false);
    expect(applies(breakGlass, breakingTheGlass({ request: { place: null } }))).toBe(false);
    const office = { facility: null, zone: 'administrative', revalidateAt: null };
    expect(applies(breakGlass, breakingTheGlass({ request: { place: office } }))).toBe(false);
    expect(applies(breakGlass, emergency({ reason: null }))).toBe(false);
    expect(applies(breakGlass, emergency({ reason: ' \n' }))).toBe(false);
    expect(applies(breakGlass, breakingTheGlass({ emergency: null }))).toBe(false);
  });
  it('needs a second clinician of another authority', () => {
    expect(applies(breakGlass, second('Practitioner/c', NORTH))).toBe(true);
    expect(applies(breakGlass, second('Practitioner/c', SOUTH))).toBe(false);
    expect(applies(breakGlass, second(CLINICIAN, NORTH))).toBe(false);
  });
  it('or a review that is due, within the quota', () => {
    expect(applies(breakGlass, emergency({ reviewDue: null }))).toBe(false);
    expect(applies(breakGlass, emergency({ withinQuota: false }))).toBe(false);
    expect(applies(breakGlass, emergency({ reviewDue: '2025-03-01T11:59:59Z' }))).toBe(false);
    expect(applies(breakGlass, emergency({ reviewDue: '2025-03-01T12:00:00Z' }))).toBe(true);
  });
});
