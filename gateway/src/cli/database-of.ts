import type { GatewayConfig } from '../config/gateway-config.ts';
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts';

/** Runs work with the URL of the gateway's database: of its server, or of the embedded one, which is joined or started for as long. */
export async function withDatabaseOf<T>(
  { settings, postgresDir, databaseName }: GatewayConfig,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const url = settings.get('database.url');
  if (url !== undefined) return work(url);
  const postgres = await startEmbeddedPostgres({ dir: postgresDir });
  try {
    return await work(await postgres.urlFor(databaseName));
  } finally {
    await postgres.close();
  }
}
