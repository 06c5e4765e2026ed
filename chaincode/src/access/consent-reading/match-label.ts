import type { RecordFacts } from '../access-facts.ts';
import {
  ACT_CODE,
  ACT_CODE_SYSTEM,
  CONFIDENTIALITY_SYSTEM,
  confidentialityRank,
  isConfidentiality,
} from '../code-systems/security-label.ts';
import type { Effect, Provision } from './consent-form.ts';
import { type Match, yesIf } from './match.ts';
import type { Coding } from './provision-codes.ts';

/**
 * Confidentiality is a high-water mark in a permit (R covers N) and a floor in a deny (R covers V); sensitivity and
 * policy codes subsume downwards (docs/access-decision.md, 2.8).
 */
export function matchLabel({ system, code }: Coding, type: Effect, record: RecordFacts): Match {
  if (system === CONFIDENTIALITY_SYSTEM && isConfidentiality(code)) {
    if (record.confidentiality === null) return 'maybe';
    const above = confidentialityRank(record.confidentiality) - confidentialityRank(code);
    return yesIf(type === 'permit' ? above <= 0 : above >= 0);
  }
  if (system !== ACT_CODE_SYSTEM) return 'no';
  const { labels, policies } = record;
  return yesIf([...labels, ...policies].some((label) => ACT_CODE.subsumes(code, label)));
}

/** Whether a provision's own labels name a sensitivity label: itself or one it lies under. */
export function namesSensitivity({ securityLabel }: Provision, label: string): boolean {
  return (securityLabel ?? []).some(({ system, code }) => system === ACT_CODE_SYSTEM && ACT_CODE.subsumes(code, label));
}

/** Whether a provision's own labels name the confidentiality V. */
export function namesVeryRestricted({ securityLabel }: Provision): boolean {
  return (securityLabel ?? []).some(({ system, code }) => system === CONFIDENTIALITY_SYSTEM && code === 'V');
}
