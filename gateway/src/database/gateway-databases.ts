import type { GatewayConfig } from '../config/gateway-config.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { type Database, openDatabase } from './open-database.ts';

/** Connections kept for writes that need not be durable. */
const RELAXED_CONNECTIONS = 4;

export type GatewayDatabases = Readonly<{
  db: Database;
  /** The same tables, for what can be told from the ledger again: the commit does not wait for the disk. */
  relaxed: Database;
  /** Ends the connections, and the embedded server where it was started here. */
  close(): Promise<void>;
}>;

/**
 * Opens the gateway's tables on its database server, or on an embedded one.
 *
 * @throws as `startEmbeddedPostgres` and `openDatabase`; nothing is left running then
 */
export async function openGatewayDatabases({
  settings,
  postgresDir,
  databaseName,
}: Pick<GatewayConfig, 'settings' | 'postgresDir' | 'databaseName'>): Promise<GatewayDatabases> {
  const opened: (() => Promise<void>)[] = [];
  const close = async () => {
    const failures: unknown[] = [];
    // One that fails to close does not keep the rest.
    for (const end of opened.splice(0).reverse()) await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  const open = async (url: string, connections: number) => {
    const database = await openDatabase(url, connections);
    opened.push(() => database.destroy());
    return database;
  };
  const embeddedUrl = async () => {
    const postgres = await startEmbeddedPostgres({ dir: postgresDir });
    opened.push(() => postgres.close());
    return postgres.urlFor(databaseName);
  };
  try {
    const url = settings.get('database.url') ?? (await embeddedUrl());
    const db = await open(url, settings.get('database.maxConnections'));
    return { db, relaxed: await open(withRelaxedCommits(url), RELAXED_CONNECTIONS), close };
  } catch (error) {
    await close().catch(() => {}); // what failed first is what to tell
    throw error;
  }
}

function withRelaxedCommits(url: string): string {
  const relaxed = new URL(url);
  relaxed.searchParams.set('options', '-c synchronous_commit=off');
  return relaxed.toString();
}
