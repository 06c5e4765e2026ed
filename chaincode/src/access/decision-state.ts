import type { Stored } from '../ledger/stored.ts';
import type { ConsentAction, PurposeOfUse } from '../schema/fhir-codes.ts';

/** The answer for one record; `version` is the active one that was decided on, or the latest where none is active. */
export type DecisionOutcome = Readonly<{
  recordId: string;
  version: number;
  effect: 'permit' | 'deny';
  reasons: readonly string[];
  obligations: readonly string[];
  consentIds: readonly string[];
  expiresAt: string | null;
}>;

/** An entry of a patient's access log: who asked, when, why, and the answers; refusals like permits. */
export type DecisionState = Stored<
  'decision',
  {
    decisionId: string;
    patient: string;
    requester: Readonly<{ mspId: string | null; practitioner: string | null; role: string }>;
    purpose: PurposeOfUse;
    action: ConsentAction;
    decidedAt: string;
    outcomes: readonly DecisionOutcome[];
    /** Segregated records: what was asked and answered is in the collection, here are the commitments to both. */
    hidden: Readonly<{ collection: string; request: string; outcomes: string }> | null;
    /** SHA-256 of the consent head that was read; null where the patient has given none. */
    consentHead: string | null;
    /** SHA-256 of the configuration that was read. */
    configuration: string;
  }
>;
