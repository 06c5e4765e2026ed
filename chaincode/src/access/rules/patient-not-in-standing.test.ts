import { applies } from '../testing/rule.ts';
import { patientNotInStanding } from './patient-not-in-standing.ts';

describe('C6 patient-not-in-standing', () => {
  it.each(['suspended', 'left', 'unknown'] as const)('applies where the patient is %s', (standing) => {
    expect(applies(patientNotInStanding, { registry: { patient: standing } })).toBe(true);
    expect(applies(patientNotInStanding)).toBe(false);
  });
});
