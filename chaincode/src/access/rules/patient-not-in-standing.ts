import type { AccessRule } from '../access-rule.ts';

/** C6. The record's patient is registered and active. */
export const patientNotInStanding: AccessRule = {
  code: 'patient-not-in-standing',
  applies: ({ facts: { registry } }) => registry.patient !== 'active',
  compared: ({ facts: { record, registry } }) => ({ patient: record.patient, standing: registry.patient }),
};
