import type { Stored } from '../ledger/stored.ts';
import type { RecordHeader } from './record-header.ts';

export type VersionStatus = 'proposed' | 'active' | 'superseded' | 'entered-in-error';

/**
 * The head of a record, written by every version under the key policy of its class. `collection` is null, except for a
 * segregated record: its patient and headers are in that private collection (private-record.ts), and `patient` is null.
 */
export type RecordState = Stored<
  'record',
  {
    recordId: string;
    custodian: string;
    patient: string | null;
    class: string;
    collection: string | null;
    latestVersion: number;
    activeVersion: number | null;
    /** Index i is version i + 1. `digest`: of the header, or the commitment of a segregated one. */
    versions: readonly Readonly<{ status: VersionStatus; digest: string }>[];
  }
>;

/** One version, written once. Exactly one of `header` and `commitment` is not null. */
export type RecordVersionState = Stored<
  'record-version',
  {
    recordId: string;
    version: number;
    header: RecordHeader | null;
    commitment: string | null;
    /** The practitioner who wrote it, or on whose behalf a system did; null where the record came without one. */
    practitioner: string | null;
    proposedAt: string;
  }
>;

/** One authority's word on one version, written once. */
export type AttestationState = Stored<
  'attestation',
  {
    recordId: string;
    version: number;
    mspId: string;
    attestation: 'automatic' | 'clinical';
    practitioner: string | null;
    headerDigest: string;
    attestedAt: string;
  }
>;
