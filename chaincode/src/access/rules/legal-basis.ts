import { type AccessCase, isInForce } from '../access-case.ts';
import type { AccessRule } from '../access-rule.ts';
import { ACT_REASON } from '../code-systems/purpose-of-use.ts';

/** G4. A legal basis on the registry, for the organisation that asks, with the record's class and the purpose. */
export const legalBasis: AccessRule = {
  code: 'legal-basis',
  applies: (asked) => legalBasesUsed(asked).length > 0,
  compared: ({ facts: { record, requester, request, registry } }) => ({
    organization: requester.organization,
    class: record.class,
    recordClass: record.recordClass,
    purpose: request.purpose,
    legalBases: registry.legalBases,
  }),
};

export function legalBasesUsed({ facts: { record, requester, request, registry }, timeMs }: AccessCase) {
  return registry.legalBases.filter(
    (basis) =>
      basis.organization === requester.organization &&
      (basis.class === record.class || basis.class === record.recordClass) &&
      ACT_REASON.subsumes(basis.purpose, request.purpose) &&
      isInForce(basis.from, basis.until, timeMs),
  );
}
