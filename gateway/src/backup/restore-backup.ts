import { chmod, cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { FileContentStore } from '../content/content-store.ts';
import { openDatabase } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import { HeldKeys } from '../identity/held-keys.ts';
import { KeyVault } from '../identity/key-vault.ts';
import { ContentKeys } from '../record/content-keys.ts';
import { BackupError } from './backup-error.ts';
import {
  type BackupPlace,
  CONTENT_FOLDER,
  DATABASE_FOLDER,
  type GatewayBackup,
  KEYS_FOLDER,
  readBackup,
} from './backup-manifest.ts';
import { checkHoldings, type Holdings } from './check-holdings.ts';
import { refuseUnlessEmpty, SUMS_FILE } from './checked-folder.ts';
import { copyContent, tableKeys } from './create-backup.ts';
import { refuseUnlessNoRows } from './database-state.ts';
import { loadTables } from './table-dump.ts';

type Target = Readonly<{ config: GatewayConfig; databaseUrl: string; report: (line: string) => void }>;
const CONNECTIONS = 2;

/**
 * Reads a backup, and says whether it can be put where these settings say: whole, of this organisation, onto an empty place, with keys that open.
 *
 * @throws BackupError `MQ_BACKUP_DAMAGED`, `MQ_BACKUP_NEWER`, `MQ_RESTORE_NOT_EMPTY`; GatewayError `MQ_CONFIG_INVALID`
 */
export async function checkRestore({ config, databaseUrl }: Target, place: BackupPlace): Promise<GatewayBackup> {
  const backup = await readBackup(place);
  if (backup.mspId !== config.mspId)
    throw new GatewayError(
      'MQ_CONFIG_INVALID',
      `mspId: found ${config.mspId}; allowed: ${backup.mspId}, as in the backup`,
    );
  await refuseUnlessEmpty(config.keysDir);
  await refuseUnlessEmpty(config.contentDir);
  await refuseUnlessNoRows(databaseUrl);
  await openVault(place, config);
  return backup;
}

/**
 * Puts a backup onto an empty place. The tables come last, all or none; where anything fails before, what was written is removed. The gateway
 * that starts on it reads what was committed since the backup before it listens.
 *
 * @returns what is held of what the restored read model says, see {@link checkHoldings}
 * @throws as {@link checkRestore}
 */
export async function restoreGatewayBackup(
  target: Target,
  place: BackupPlace,
): Promise<Readonly<{ backup: GatewayBackup; holdings: Holdings }>> {
  const { config, databaseUrl, report } = target;
  const backup = await checkRestore(target, place);
  const vault = await openVault(place, config);
  const store = new FileContentStore(config.contentDir);
  try {
    const content = await copyContent(new FileContentStore(path.join(place.directory, CONTENT_FOLDER)), store, report);
    if (content.files !== backup.content.files || content.bytes !== backup.content.bytes)
      throw new BackupError('MQ_BACKUP_DAMAGED', 'not every ciphertext of the backup has its CID; use another backup');
    await copyKeys(path.join(place.keysDirectory, KEYS_FOLDER), config.keysDir);
    await (await openDatabase(databaseUrl, CONNECTIONS, backup.migration)).destroy();
    await loadTables(databaseUrl, path.join(place.directory, DATABASE_FOLDER), tableKeys(vault, backup.backupId), {
      rows: backup.tables,
      report,
      mark: async (client) => {
        await client.query('insert into restoration (backup_id, taken_at) values ($1, $2)', [
          backup.backupId,
          backup.takenAt,
        ]);
      },
    });
  } catch (error) {
    const written = [config.contentDir, config.keysDir];
    await Promise.allSettled(written.map((folder) => rm(folder, { recursive: true, force: true })));
    throw error;
  }
  const db = await openDatabase(databaseUrl, CONNECTIONS);
  try {
    const keys = new ContentKeys(db, vault);
    const held = new HeldKeys(db, vault);
    return { backup, holdings: await checkHoldings({ db, store, keys, held, mspId: config.mspId }) };
  } finally {
    await db.destroy();
  }
}

function openVault({ keysDirectory }: BackupPlace, { settings }: GatewayConfig): Promise<KeyVault> {
  return KeyVault.openExisting(path.join(keysDirectory, KEYS_FOLDER), settings.get('keys.passphrase'));
}

async function copyKeys(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  await cp(from, to, { recursive: true, filter: (source) => path.basename(source) !== SUMS_FILE });
  await chmod(to, 0o700);
}
