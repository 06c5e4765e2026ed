import { MAX_RECORD_VERSIONS } from '../record/record-args.ts';
import { sha256Hex, uuid } from '../schema/identifiers.ts';
import { integer, object, oneOf, type Shaped } from '../schema/shape.ts';

export const AUDIT_CHECKS = ['digest', 'retrieval', 'possession'] as const;
export const AUDIT_VERDICTS = ['intact', 'altered', 'missing'] as const;

/**
 * `audit.report`: an organisation says what it found when it compared stored content with the ledger. `observedSha256`
 * is what the content hashed to, and belongs to `altered` and `intact` of a `digest` check.
 */
export const reportArgs = object(
  {
    recordId: uuid,
    version: integer(1, MAX_RECORD_VERSIONS),
    check: oneOf(AUDIT_CHECKS),
    verdict: oneOf(AUDIT_VERDICTS),
  },
  { observedSha256: sha256Hex },
);
export type ReportArgs = Shaped<typeof reportArgs>;
