import type { GatewayTables } from '../database/tables.ts';

/** What a backup does with each table: one that is not named here does not compile. */
const TABLES = {
  account: 'saved',
  signingKey: 'saved',
  patientNumber: 'saved',
  contentKey: 'saved',
  operation: 'saved',
  attestationAttempt: 'saved',
  fhirResource: 'saved',
  fhirIdentifier: 'saved',
  // The ledger has these too, but a peer that begins with a snapshot has no blocks before it to project them from.
  ledgerState: 'saved',
  checkpoint: 'saved',
  // Of this very database: made by a restore.
  restoration: 'not saved',
} as const satisfies Record<keyof GatewayTables, 'saved' | 'not saved'>;

/** Names of the tables of a backup, as they are in PostgreSQL. */
export const SAVED_TABLES: readonly string[] = Object.entries(TABLES).flatMap(([name, kept]) =>
  kept === 'saved' ? [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] : [],
);
