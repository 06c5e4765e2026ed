import type { Stored } from '../ledger/stored.ts';
import type { AUDIT_CHECKS, AUDIT_VERDICTS } from './audit-args.ts';

/** What one organisation found of one version's content; append-only. */
export type VerdictState = Stored<
  'verdict',
  {
    verdictId: string;
    recordId: string;
    version: number;
    mspId: string;
    check: (typeof AUDIT_CHECKS)[number];
    verdict: (typeof AUDIT_VERDICTS)[number];
    observedSha256: string | null;
    reportedAt: string;
  }
>;
