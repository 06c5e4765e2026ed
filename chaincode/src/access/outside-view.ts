import { segregatedLabels } from './access-case.ts';
import type { AccessDecision } from './access-decision.ts';
import type { AccessFacts } from './access-facts.ts';
import { PART_2 } from './code-systems/security-label.ts';

/**
 * The decision as the requester may see it. Any reason for refusing a segregated record would show him that it exists;
 * unless he may know of it, he sees what he would see of a record that nothing permits: the same form, every field the
 * same. The full decision stays with those who may know, and the ledger has a commitment to it.
 */
export function outsideView(decision: AccessDecision, facts: AccessFacts): AccessDecision {
  const isHidden = decision.effect === 'deny' && isSegregatedRecord(facts.record) && !mayKnow(facts);
  return isHidden ? BARE_NO_GROUND : decision;
}

const BARE_NO_GROUND: AccessDecision = {
  effect: 'deny',
  reasons: ['no-ground'],
  obligations: [],
  consentIds: [],
  expiresAt: null,
};

/** By label, by confidentiality, by policy (42 CFR Part 2 hides who is in treatment) or by the consortium's class. */
function isSegregatedRecord(record: AccessFacts['record']): boolean {
  return segregatedLabels(record).length > 0 || record.policies.includes(PART_2) || record.recordClass === 'segregated';
}

/** The custodian's own people, the author and the patient know already. */
function mayKnow({ record, requester }: AccessFacts): boolean {
  return (
    (requester.organization !== null && requester.organization === record.custodian) ||
    (requester.practitioner !== null && requester.practitioner === record.author) ||
    (requester.role === 'patient' && requester.person === record.patient)
  );
}
