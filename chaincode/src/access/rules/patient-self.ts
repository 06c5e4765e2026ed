import type { AccessRule } from '../access-rule.ts';

/** G2. The patient himself, not somebody else he acts for. */
export const patientSelf: AccessRule = {
  code: 'patient-self',
  applies: ({ facts: { record, requester } }) =>
    requester.role === 'patient' &&
    requester.person === record.patient &&
    (requester.onBehalfOf === null || requester.onBehalfOf === record.patient),
  compared: ({ facts: { record, requester } }) => ({
    role: requester.role,
    person: requester.person,
    onBehalfOf: requester.onBehalfOf,
    patient: record.patient,
  }),
};
