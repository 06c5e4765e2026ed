import { PATIENT } from './facts.ts';

export const V3 = 'http://terminology.hl7.org/CodeSystem/';
export const purpose = (...codes: string[]) => codes.map((code) => ({ system: `${V3}v3-ActReason`, code }));
export const confidentiality = (code: string) => ({ system: `${V3}v3-Confidentiality`, code });
export const sensitivity = (code: string) => ({ system: `${V3}v3-ActCode`, code });
export const resourceType = (code: string) => ({ system: 'http://hl7.org/fhir/resource-types', code });
export const action = (code: string) => ({ coding: [{ system: `${V3}consentaction`, code }] });
export const actor = (reference: string, role = { system: `${V3}v3-ParticipationType`, code: 'IRCP' }) => ({
  role: { coding: [role] },
  reference: { reference },
});
export const delegatee = (reference: string) => actor(reference, { system: `${V3}v3-RoleCode`, code: 'DELEGATEE' });
export const policyRule = (...codes: string[]) => ({ coding: codes.map(sensitivity) });
export const scope = (code: string) => ({ coding: [{ system: `${V3}consentscope`, code }] });

export type Json = Readonly<Record<string, unknown>>;

/** An active privacy consent of the patient with this root provision. */
export function consent(provision: Json | undefined, change: Json = {}): Json {
  return {
    resourceType: 'Consent',
    id: 'c1',
    status: 'active',
    scope: scope('patient-privacy'),
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: PATIENT },
    ...(provision === undefined ? {} : { provision }),
    ...change,
  };
}

export const permit = (elements: Json = {}, change: Json = {}) => consent({ type: 'permit', ...elements }, change);
export const deny = (elements: Json = {}, change: Json = {}) => consent({ type: 'deny', ...elements }, change);
