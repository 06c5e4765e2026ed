import type { Entry } from '../ledger/entry.ts';
import type { Stored } from '../ledger/stored.ts';
import type { RestrictedConsent } from './restricted-consent.ts';

export type ConsentStatus = 'active' | 'withdrawn';

/** One consent. `grant` is the entry that gave it, `entry` the last that wrote it (the same until withdrawn). */
export type ConsentState = Stored<
  'consent',
  {
    patient: string;
    consentId: string;
    status: ConsentStatus;
    consent: RestrictedConsent;
    grantedAt: string;
    withdrawnAt: string | null;
    grant: Entry;
  }
>;

/** All consents of a patient, oldest first: read by each decision, written by each grant and withdrawal. */
export type ConsentHeadState = Stored<
  'consent-head',
  {
    patient: string;
    /** `digest`: of the consent's canonical JSON. */
    consents: readonly Readonly<{ consentId: string; status: ConsentStatus; digest: string }>[];
  }
>;
