import type { Stored } from '../ledger/stored.ts';
import type { PartyStatus } from '../registry/registry-state.ts';
import type { CareRelationKind } from '../schema/codes.ts';
import type { EncryptionKey } from '../schema/identifiers.ts';

export type PatientState = Stored<
  'patient',
  {
    pseudonym: string;
    wallet: 'self' | 'custodial';
    /** Who enrolled the patient, and holds the keys of a custodial wallet. */
    registeredBy: string;
    signingKey: string;
    encryptionKey: EncryptionKey;
    keyGeneration: number;
    status: PartyStatus;
  }
>;

export type CareRelation = Readonly<{
  relationId: string;
  relation: CareRelationKind;
  practitioner: string | null;
  from: string;
  until: string | null;
}>;

/** All care relations of one patient with one organisation, oldest first. */
export type CareState = Stored<'care', { patient: string; mspId: string; relations: readonly CareRelation[] }>;
