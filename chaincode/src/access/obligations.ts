import { type AccessCase, segregatedLabels } from './access-case.ts';
import type { Obligation } from './access-decision.ts';
import { PART_2 } from './code-systems/security-label.ts';
import { asksAs } from './requester-kind.ts';

/** What a permit obliges to (docs/access-decision.md, section 4). */
export function obligationsOf({ facts, isBreakGlass }: AccessCase): readonly Obligation[] {
  const { record, requester, emergency, settings } = facts;
  const obligations: Obligation[] = [
    ...(settings.masks[requester.role] ?? []).map((path): Obligation => `mask:${path}`),
    ...(settings.redactions[requester.role] ?? []).map((label): Obligation => `redact:${label}`),
  ];
  if (asksAs('research', facts)) obligations.push('de-identify');
  if (record.policies.includes(PART_2)) obligations.push('no-redisclosure');
  if (isBreakGlass || segregatedLabels(record).length > 0) obligations.push('log-detail');
  if (isBreakGlass) {
    obligations.push('notify-patient');
    if (emergency !== null && emergency.reviewDue !== null) obligations.push(`review-by:${emergency.reviewDue}`);
  }
  return obligations;
}
