import type { Generated } from 'kysely';

/** People and systems that log in at this gateway. */
export type AccountTable = {
  username: string;
  passwordHash: string;
  role: string;
  practitionerId: string | null;
  /** Pseudonym of the patient, for a patient's own account. */
  patient: string | null;
  scopes: string | null;
  disabled: Generated<boolean>;
};

/** Signing keys that this gateway holds for others (practitioners, patients without a device), encrypted at rest. */
export type SigningKeyTable = {
  ownerKind: 'patient' | 'practitioner';
  ownerId: string;
  keyGeneration: number;
  publicKey: string;
  sealedSeed: Buffer;
  /** X25519 private key of a patient's custodial wallet. */
  sealedEncryptionKey: Buffer | null;
};

/** The hospital's own number of a patient. It is never written anywhere else. */
export type PatientNumberTable = { mrn: string; patient: string };

/** Content keys of the record versions that this organisation is custodian of, by the ciphertext they open, encrypted at rest. */
export type ContentKeyTable = { recordId: string; version: number; cid: string; sealedKey: Buffer };

export type OperationState = 'planned' | 'committed' | 'failed';

/** One unit of ledger entries, stored before it is submitted: what makes an idempotency key hold across crashes. */
export type OperationTable = {
  id: string;
  principal: string;
  idempotencyKey: string | null;
  requestDigest: string;
  state: OperationState;
  contract: string;
  functionName: string;
  policy: string;
  /** JSON list of `{ intent, signature }`. */
  entries: string;
  /** JSON list of the logical keys that the unit writes. */
  touches: string;
  /** JSON object of base64url, for units that carry private data. */
  transient: string | null;
  /** Last transaction id under which the unit was or will be submitted. */
  txId: string | null;
  blockNumber: number | null;
  result: string | null;
  errorCode: string | null;
  errorText: string | null;
  createdAtMs: number;
};

/** World state of the `ehr` namespace as projected from blocks, one row a key. */
export type LedgerStateTable = {
  /** Composite keys are written as JSON lists, since PostgreSQL text holds no NUL. */
  key: string;
  kind: string;
  patient: string | null;
  recordId: string | null;
  version: number | null;
  mspId: string | null;
  status: string | null;
  /** Timestamp of the transaction that wrote the row. */
  timeMs: number;
  /** Canonical JSON as it stands on the ledger. */
  doc: string;
  txId: string;
  blockNumber: number;
  txIndex: number;
  /** Why the row is not to be trusted, or null. */
  flaw: string | null;
};

export type CheckpointTable = { channel: string; nextBlock: number; blockHash: string };

/** What the automatic attester has answered, so that a refusal is not tried for ever. */
export type AttestationAttemptTable = { recordId: string; version: number; outcome: string; atMs: number };

/** FHIR resources this gateway has stored: staff and places whole, a patient's only as where they are. */
export type FhirResourceTable = {
  resourceType: string;
  id: string;
  /** Of a patient's resource: the pseudonym and the record whose content holds it. */
  patient: string | null;
  recordId: string | null;
  /** JSON of a practitioner, organisation or location; null for what is in a record. */
  doc: string | null;
};

/** Business identifiers by which conditional references and creates find a resource. */
export type FhirIdentifierTable = { resourceType: string; system: string; value: string; id: string };

/** The backup that this database was restored from, until what was committed since is read. */
export type RestorationTable = { backupId: string; takenAt: string };

export type GatewayTables = {
  fhirResource: FhirResourceTable;
  fhirIdentifier: FhirIdentifierTable;
  account: AccountTable;
  signingKey: SigningKeyTable;
  patientNumber: PatientNumberTable;
  contentKey: ContentKeyTable;
  operation: OperationTable;
  ledgerState: LedgerStateTable;
  checkpoint: CheckpointTable;
  attestationAttempt: AttestationAttemptTable;
  restoration: RestorationTable;
};
