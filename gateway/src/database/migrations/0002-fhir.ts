import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What this gateway knows of FHIR resources beyond the ledger. */
export const fhir: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('fhir_resource')
      .addColumn('resource_type', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('patient', 'text')
      .addColumn('record_id', 'text')
      .addColumn('doc', 'text')
      .addPrimaryKeyConstraint('fhir_resource_pk', ['resource_type', 'id'])
      .execute();
    await db.schema.createIndex('fhir_resource_record').on('fhir_resource').column('record_id').execute();
    await db.schema
      .createTable('fhir_identifier')
      .addColumn('resource_type', 'text', (column) => column.notNull())
      .addColumn('system', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('fhir_identifier_pk', ['resource_type', 'system', 'value'])
      .execute();
  },
};
