import type { ReasonCode } from './reason-codes.ts';

/** What has to be done with what is released (docs/access-decision.md, section 4). */
export type Obligation =
  | 'de-identify'
  | 'log-detail'
  | 'no-redisclosure'
  | 'notify-patient'
  | `mask:${string}`
  | `redact:${string}`
  | `review-by:${string}`;

/** The answer to one request. `reasons`, `obligations` and `consentIds` are sorted by code unit and free of repeats. */
export type AccessDecision = Readonly<{
  effect: 'permit' | 'deny';
  reasons: readonly ReasonCode[];
  obligations: readonly Obligation[];
  /** Ids of the consents that permitted or, in a denial, forbade or could not be read. */
  consentIds: readonly string[];
  /** Instant, UTC, after which a permit no longer holds; `null` for a denial. */
  expiresAt: string | null;
}>;
