import { type AccessCase, isInForce } from '../access-case.ts';
import type { AccessRule } from '../access-rule.ts';

/** G2. A proxy of the patient under a recorded delegation that is in force. */
export const delegationInForce: AccessRule = {
  code: 'delegation-in-force',
  applies: (asked) => delegationsUsed(asked).length > 0,
  compared: ({ facts: { record, requester, relation, request } }) => ({
    role: requester.role,
    person: requester.person,
    onBehalfOf: requester.onBehalfOf,
    patient: record.patient,
    delegations: relation.delegations,
    time: request.time,
  }),
};

/** The delegations of the patient to the proxy who asks that are in force. */
export function delegationsUsed({ facts: { record, requester, relation }, timeMs }: AccessCase) {
  if (requester.role !== 'proxy' || requester.onBehalfOf !== record.patient) return [];
  return relation.delegations.filter(
    ({ to, from, until }) => to === requester.person && isInForce(from, until, timeMs),
  );
}
