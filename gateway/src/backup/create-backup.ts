import { randomUUID } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { contentIdOf } from '../content/content-id.ts';
import { type ContentStore, FileContentStore } from '../content/content-store.ts';
import { GatewayError } from '../gateway-error.ts';
import { KeyVault } from '../identity/key-vault.ts';
import {
  type BackupPlace,
  CONTENT_FOLDER,
  DATABASE_FOLDER,
  type GatewayBackup,
  KEYS_FOLDER,
  writeManifests,
} from './backup-manifest.ts';
import { refuseUnlessEmpty } from './checked-folder.ts';
import { checkpointOf, requireOwnMigration, tableSizes } from './database-state.ts';
import { withClient } from './sql-client.ts';
import { dumpTables, type TableKey } from './table-dump.ts';

type Report = (line: string) => void;
type Source = Readonly<{ config: GatewayConfig; databaseUrl: string; report: Report }>;
export type BackupSizes = Readonly<{
  tables: Readonly<Record<string, number>>;
  content: Readonly<{ files: number; bytes: number }>;
}>;

const PROJECTED_WAIT_MS = 120_000;
const LOOK_AGAIN_MS = 100;

/** What a backup would save now, in bytes. */
export async function backupSizes({ config, databaseUrl }: Source): Promise<BackupSizes> {
  const content = { files: 0, bytes: 0 };
  const store = new FileContentStore(config.contentDir);
  for await (const cid of store.list()) {
    content.files += 1;
    content.bytes += (await store.get(cid))?.length ?? 0;
  }
  return { tables: await tableSizes(databaseUrl), content };
}

/**
 * Saves what one gateway holds, while it runs: tables and ciphertext in one folder, keys in the other. The database comes first: a row that
 * needs a ciphertext is stored after it, so whatever the rows name is there when the content is copied.
 *
 * @param afterBlock block that the read model must have: that of the peer's snapshot, which goes with this backup
 * @throws BackupError `MQ_RESTORE_NOT_EMPTY`, `MQ_BACKUP_NEWER`; GatewayError `MQ_CONFIG_INVALID`, `MQ_READ_MODEL_BEHIND`
 */
export async function createGatewayBackup(
  source: Source,
  place: BackupPlace,
  afterBlock: number | undefined,
): Promise<GatewayBackup> {
  const { config, databaseUrl, report } = source;
  const { directory, keysDirectory } = place;
  await refuseUnlessEmpty(directory);
  await refuseUnlessEmpty(keysDirectory);
  const vault = await KeyVault.openExisting(config.keysDir, config.settings.get('keys.passphrase'));
  if (afterBlock !== undefined) await untilProjected(source, afterBlock);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await mkdir(keysDirectory, { recursive: true, mode: 0o700 });
  const backupId = randomUUID();
  const takenAt = new Date().toISOString();
  const dumped = await dumpTables(
    databaseUrl,
    path.join(directory, DATABASE_FOLDER),
    tableKeys(vault, backupId),
    report,
  );
  const content = await copyContent(
    new FileContentStore(config.contentDir),
    new FileContentStore(path.join(directory, CONTENT_FOLDER)),
    report,
  );
  await cp(config.keysDir, path.join(keysDirectory, KEYS_FOLDER), { recursive: true });
  const backup: GatewayBackup = {
    version: 1,
    backupId,
    mspId: config.mspId,
    takenAt,
    migration: dumped.migration,
    tables: dumped.rows,
    checkpoint: dumped.checkpoint ?? null,
    content,
  };
  await writeManifests(place, backup);
  return backup;
}

/** A key for each table's file, from the vault: who has the data and not the keys can read none of it. */
export function tableKeys(vault: KeyVault, backupId: string): TableKey {
  return (table) => vault.derive(`backup\n${backupId}\n${table}`);
}

/** Copies what has the bytes that its CID names; what has not is told. @returns what was copied */
export async function copyContent(
  from: ContentStore,
  to: ContentStore,
  report: Report,
): Promise<Readonly<{ files: number; bytes: number }>> {
  let [files, bytes] = [0, 0];
  for await (const cid of from.list()) {
    const found = await from.get(cid);
    if (found === undefined) continue; // deleted meanwhile
    if ((await contentIdOf(found)) !== cid) {
      report(`content ${cid} is damaged and was left out`);
      continue;
    }
    await to.put(found);
    files += 1;
    bytes += found.length;
  }
  report(`copied ${files} ciphertexts, ${bytes} bytes`);
  return { files, bytes };
}

/** The gateway that runs moves the checkpoint. */
async function untilProjected({ databaseUrl, report }: Source, blockNumber: number): Promise<void> {
  const deadline = Date.now() + PROJECTED_WAIT_MS;
  await withClient(databaseUrl, async (client) => {
    await requireOwnMigration(client);
    for (let isTold = false; ; isTold = true) {
      if (((await checkpointOf(client))?.nextBlock ?? 0) > blockNumber) return;
      if (Date.now() > deadline) {
        throw new GatewayError(
          'MQ_READ_MODEL_BEHIND',
          `block ${blockNumber} is not in the read model yet; does the gateway run?`,
        );
      }
      if (!isTold) report(`waiting until the gateway has read block ${blockNumber}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  });
}
