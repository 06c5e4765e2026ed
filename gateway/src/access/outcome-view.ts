import type { DecisionOutcome } from '@medquorum/chaincode/access/decision-state';
import { REASON_CODES } from '@medquorum/chaincode/access/reason-codes';

const SENTENCES = new Map<string, string>(Object.entries(REASON_CODES).map(([code, { sentence }]) => [code, sentence]));

/** An outcome with its reasons in words. */
export function outcomeView({
  recordId,
  version,
  effect,
  reasons,
  obligations,
  consentIds,
  expiresAt,
}: DecisionOutcome) {
  return {
    recordId,
    version,
    effect,
    reasons: reasons.map((code) => ({ code, sentence: SENTENCES.get(code) ?? '' })),
    obligations: [...obligations],
    consentIds: [...consentIds],
    expiresAt,
  };
}
