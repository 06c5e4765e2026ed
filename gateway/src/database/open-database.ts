import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { GatewayError } from '../gateway-error.ts';
import { initial } from './migrations/0001-initial.ts';
import { fhir } from './migrations/0002-fhir.ts';
import { contentKeyByContent } from './migrations/0003-content-key-by-content.ts';
import { restoration } from './migrations/0004-restoration.ts';
import type { GatewayTables } from './tables.ts';

export type Database = Kysely<GatewayTables>;

/** In order of their names, as they are applied. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-fhir': fhir,
  '0003-content-key-by-content': contentKeyByContent,
  '0004-restoration': restoration,
};
/** Names of the migrations that this program knows, oldest first. */
export const MIGRATION_NAMES: readonly string[] = Object.keys(MIGRATIONS);

const INT8_OID = 20;

/**
 * Connects and brings the tables up to date; several replicas may do so at once (the migrator holds a lock).
 *
 * @param migration last one to apply, for a database that takes in what an older program saved; all by default
 * @throws GatewayError `MQ_CONFIG_INVALID` when a migration fails; connection errors of `pg` as they are
 */
export async function openDatabase(
  connectionString: string,
  maxConnections: number,
  migration?: string,
): Promise<Database> {
  // Counters and times here stay below 2^53; pg would hand int8 over as text.
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format),
  };
  const pool = new pg.Pool({ connectionString, max: maxConnections, types: types as pg.CustomTypesConfig });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  const db = new Kysely<GatewayTables>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await (migration === undefined ? migrator.migrateToLatest() : migrator.migrateTo(migration));
  if (error !== undefined) {
    await db.destroy();
    throw new GatewayError('MQ_CONFIG_INVALID', 'the database could not be migrated', { cause: error });
  }
  return db;
}
