import { type Kysely, sql } from 'kysely';

/** Tables of the first version. Migrations are never edited once released: a change is a new file. */
export const initial = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('account')
      .addColumn('username', 'text', (column) => column.primaryKey())
      .addColumn('passwordHash', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('practitionerId', 'text')
      .addColumn('patient', 'text')
      .addColumn('scopes', 'text')
      .addColumn('disabled', 'boolean', (column) => column.notNull().defaultTo(false))
      .execute();
    await db.schema
      .createTable('signingKey')
      .addColumn('ownerKind', 'text', (column) => column.notNull())
      .addColumn('ownerId', 'text', (column) => column.notNull())
      .addColumn('keyGeneration', 'integer', (column) => column.notNull())
      .addColumn('publicKey', 'text', (column) => column.notNull())
      .addColumn('sealedSeed', 'bytea', (column) => column.notNull())
      .addColumn('sealedEncryptionKey', 'bytea')
      .addPrimaryKeyConstraint('signingKeyPk', ['ownerKind', 'ownerId', 'keyGeneration'])
      .execute();
    await db.schema
      .createTable('patientNumber')
      .addColumn('mrn', 'text', (column) => column.primaryKey())
      .addColumn('patient', 'text', (column) => column.notNull().unique())
      .execute();
    await db.schema
      .createTable('contentKey')
      .addColumn('recordId', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('sealedKey', 'bytea', (column) => column.notNull())
      .addPrimaryKeyConstraint('contentKeyPk', ['recordId', 'version'])
      .execute();
    await createOperation(db);
    await createLedgerState(db);
    await db.schema
      .createTable('checkpoint')
      .addColumn('channel', 'text', (column) => column.primaryKey())
      .addColumn('nextBlock', 'bigint', (column) => column.notNull())
      .addColumn('blockHash', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('attestationAttempt')
      .addColumn('recordId', 'text', (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('atMs', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('attestationAttemptPk', ['recordId', 'version'])
      .execute();
  },
};

async function createOperation(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('operation')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('idempotencyKey', 'text')
    .addColumn('requestDigest', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('contract', 'text', (column) => column.notNull())
    .addColumn('functionName', 'text', (column) => column.notNull())
    .addColumn('policy', 'text', (column) => column.notNull())
    .addColumn('transient', 'text')
    .addColumn('entries', 'text', (column) => column.notNull())
    .addColumn('touches', 'text', (column) => column.notNull())
    .addColumn('txId', 'text')
    .addColumn('blockNumber', 'bigint')
    .addColumn('result', 'text')
    .addColumn('errorCode', 'text')
    .addColumn('errorText', 'text')
    .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('operationIdempotencyKey', ['principal', 'idempotencyKey'])
    .execute();
  await sql`create index operation_open on operation (created_at_ms) where state = 'planned'`.execute(db);
}

async function createLedgerState(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ledgerState')
    .addColumn('key', sql`text collate "C"`, (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('patient', 'text')
    .addColumn('recordId', 'text')
    .addColumn('version', 'integer')
    .addColumn('mspId', 'text')
    .addColumn('status', 'text')
    .addColumn('timeMs', 'bigint', (column) => column.notNull())
    .addColumn('doc', 'text', (column) => column.notNull())
    .addColumn('txId', 'text', (column) => column.notNull())
    .addColumn('blockNumber', 'bigint', (column) => column.notNull())
    .addColumn('txIndex', 'integer', (column) => column.notNull())
    .addColumn('flaw', 'text')
    .execute();
  for (const column of ['patient', 'recordId', 'mspId']) {
    await db.schema
      .createIndex(`ledgerStateBy${column}`)
      .on('ledgerState')
      .columns(['kind', column, 'timeMs'])
      .execute();
  }
  await db.schema.createIndex('ledgerStateByStatus').on('ledgerState').columns(['kind', 'status']).execute();
}
