import { PATIENT, PATIENT_AT_HOME, PROXY_AT_HOME } from '../testing/facts.ts';
import { applies } from '../testing/rule.ts';
import { patientSelf } from './patient-self.ts';

const asking = (change: object) => ({ ...PATIENT_AT_HOME, requester: { ...PATIENT_AT_HOME.requester, ...change } });

describe('G2 patient-self', () => {
  it('applies to the patient of the record, for himself', () => {
    expect(applies(patientSelf, PATIENT_AT_HOME)).toBe(true);
    expect(applies(patientSelf, asking({ onBehalfOf: PATIENT }))).toBe(true);
  });
  it('applies to nobody else', () => {
    expect(applies(patientSelf, asking({ person: 'Patient/p8' }))).toBe(false);
    expect(applies(patientSelf, asking({ person: null }))).toBe(false);
    expect(applies(patientSelf, asking({ onBehalfOf: 'Patient/p8' }))).toBe(false);
    expect(applies(patientSelf, asking({ role: 'clinician', organization: 'Organization/south' }))).toBe(false);
    expect(applies(patientSelf, PROXY_AT_HOME)).toBe(false);
  });
});
