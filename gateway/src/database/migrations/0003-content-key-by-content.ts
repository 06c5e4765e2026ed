import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Requests that race for the same version of a record each bring a key: none may take the place of another's. */
export const contentKeyByContent: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('content_key')
      .addColumn('cid', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await db.schema.alterTable('content_key').dropConstraint('content_key_pk').execute();
    await db.schema
      .alterTable('content_key')
      .addPrimaryKeyConstraint('content_key_pk', ['record_id', 'version', 'cid'])
      .execute();
  },
};
