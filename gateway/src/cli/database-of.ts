import { requireOwnMigration } from '../backup/database-state.ts';
import { withClient } from '../backup/sql-client.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type Database, openDatabase } from '../database/open-database.ts';
import { STOP_SIGNALS } from '../stop-signals.ts';

/** Runs work with the URL of the gateway's database: of its server, or of the embedded one, which is joined or started for as long. */
export async function withDatabaseOf<T>(
  { settings, postgresDir, databaseName }: GatewayConfig,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const url = settings.get('database.url');
  if (url !== undefined) return work(url);
  const starting = startEmbeddedPostgres({ dir: postgresDir });
  // No child that the terminal ends: a signal ends it first, and then this process as without this listener.
  const close = async () => (await starting.catch(() => undefined))?.close();
  const end = (signal: NodeJS.Signals) => void close().finally(() => process.kill(process.pid, signal));
  for (const signal of STOP_SIGNALS) process.once(signal, end);
  try {
    const postgres = await starting;
    return await work(await postgres.urlFor(databaseName));
  } finally {
    for (const signal of STOP_SIGNALS) process.removeListener(signal, end);
    await close();
  }
}

/**
 * Opens the database of a gateway that may run: its tables are left as they are.
 *
 * @throws as {@link requireOwnMigration}
 */
export async function openGatewayDatabase(databaseUrl: string, maxConnections: number): Promise<Database> {
  await withClient(databaseUrl, requireOwnMigration);
  return openDatabase(databaseUrl, maxConnections);
}
