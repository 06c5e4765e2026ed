import { PATIENT, VALLEY } from './founded-consortium.ts';

const V3 = 'http://terminology.hl7.org/CodeSystem/';
export const coding = (system: string, code: string) => ({ system: `${V3}${system}`, code });
export const concept = (system: string, code: string) => ({ coding: [coding(system, code)] });

/** A permit for treatment by Valley, with any element set otherwise. */
export const permit = (change: object = {}) => ({
  type: 'permit',
  actor: [{ role: concept('v3-ParticipationType', 'IRCP'), reference: { reference: `Organization/${VALLEY.id}` } }],
  purpose: [coding('v3-ActReason', 'TREAT')],
  ...change,
});

/** A consent of PATIENT with this root provision. */
export const consentOf = (provision: object, change: object = {}) => ({
  resourceType: 'Consent',
  status: 'active',
  scope: concept('consentscope', 'patient-privacy'),
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${PATIENT.id}` },
  provision,
  ...change,
});
