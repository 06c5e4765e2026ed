import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A row while a gateway has been restored and not yet read what was committed since its backup. */
export const restoration: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('restoration')
      .addColumn('backup_id', 'text', (column) => column.primaryKey())
      .addColumn('taken_at', 'text', (column) => column.notNull())
      .execute();
  },
};
