import { chmod, constants, copyFile, cp, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { FileContentStore } from '../content/content-store.ts';
import { openDatabase } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import { HeldKeys } from '../identity/held-keys.ts';
import { KeyVault, vaultKeyFile } from '../identity/key-vault.ts';
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
import { isRestored, refuseUnlessNoRows } from './database-state.ts';
import { loadTables } from './table-dump.ts';
import { isUnfinished, markUnfinished, restoreAgain, unmarkUnfinished } from './unfinished-restore.ts';

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
  if (isUnfinished(config.keysDir)) throw new BackupError('MQ_RESTORE_NOT_EMPTY', restoreAgain(config.keysDir));
  await refuseUnlessEmpty(config.keysDir);
  await refuseUnlessEmpty(config.contentDir);
  await refuseUnlessNoRows(databaseUrl);
  await openVault(place, config);
  return backup;
}

/**
 * Puts a backup onto an empty place. The vault's key comes first, so that of two restores one is refused; the tables come last, all or none.
 * Where anything fails before they are committed, what was written is removed; where the process is ended, a mark keeps a gateway from starting on
 * half of it. The gateway that starts on it reads what was committed since the
 * backup before it listens.
 *
 * @returns what is held of what the restored read model says, see {@link checkHoldings}
 * @throws as {@link checkRestore}; BackupError `MQ_RESTORE_UNCERTAIN` where the tables are or may be in the database: nothing was removed
 */
export async function restoreGatewayBackup(
  target: Target,
  place: BackupPlace,
): Promise<Readonly<{ backup: GatewayBackup; holdings: Holdings }>> {
  const { config, databaseUrl, report } = target;
  const backup = await checkRestore(target, place);
  const vault = await openVault(place, config);
  const store = new FileContentStore(config.contentDir);
  const firstKey = await claim(place, config);
  await markUnfinished(config.keysDir);
  try {
    const content = await copyContent(new FileContentStore(path.join(place.directory, CONTENT_FOLDER)), store, report);
    if (content.files !== backup.content.files || content.bytes !== backup.content.bytes)
      throw new BackupError('MQ_BACKUP_DAMAGED', 'not every ciphertext of the backup has its CID; use another backup');
    await copyKeys(path.join(place.keysDirectory, KEYS_FOLDER), config.keysDir, firstKey);
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
    await unmarkUnfinished(config.keysDir);
  } catch (error) {
    await refuseUnlessNotRestored(target, backup, error);
    await removeWritten(config, firstKey).catch(() => {}); // what failed first is what to tell
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

/** @returns the file that is there for this restore alone. @throws BackupError `MQ_RESTORE_NOT_EMPTY` */
async function claim({ keysDirectory }: BackupPlace, { keysDir, settings }: GatewayConfig): Promise<string> {
  const passphrase = settings.get('keys.passphrase');
  const file = vaultKeyFile(keysDir, passphrase);
  await mkdir(keysDir, { recursive: true, mode: 0o700 });
  try {
    await copyFile(vaultKeyFile(path.join(keysDirectory, KEYS_FOLDER), passphrase), file, constants.COPYFILE_EXCL);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new BackupError('MQ_RESTORE_NOT_EMPTY', `${keysDir} is being filled by another restore`, { cause });
  }
  return file;
}

async function copyKeys(from: string, to: string, firstKey: string): Promise<void> {
  const apart = [SUMS_FILE, path.basename(firstKey)];
  await cp(from, to, { recursive: true, filter: (source) => !apart.includes(path.basename(source)) });
  await chmod(to, 0o700);
}

/** Keys beside a database that has their rows are not removed: an answer to `commit` that was lost is no failure of it. */
async function refuseUnlessNotRestored(
  { config: { keysDir, contentDir }, databaseUrl }: Target,
  { backupId }: GatewayBackup,
  cause: unknown,
): Promise<void> {
  const why = cause instanceof Error ? cause.message : String(cause);
  const isThere = await isRestored(databaseUrl, backupId).catch(() => undefined);
  if (isThere === false) return;
  await unmarkUnfinished(keysDir);
  const advice = isThere
    ? 'the database has the tables of this backup: run gateway holdings, then start the gateway'
    : 'the database cannot be asked whether it has the tables: where it has, start the gateway; where it has none, empty the folders and restore again';
  const kept = `${keysDir} and ${contentDir} are kept`;
  throw new BackupError('MQ_RESTORE_UNCERTAIN', `${why}; ${kept}, and ${advice}`, { cause });
}

/** What is there for this restore alone goes last: until then another one is refused, and loses nothing. */
async function removeWritten({ keysDir, contentDir }: GatewayConfig, firstKey: string): Promise<void> {
  const own = path.basename(firstKey);
  const keys = (await readdir(keysDir)).filter((name) => name !== own).map((name) => path.join(keysDir, name));
  await Promise.allSettled([contentDir, ...keys].map((written) => rm(written, { recursive: true, force: true })));
  await rm(firstKey);
  await rmdir(keysDir).catch(() => {}); // another restore has begun, or the folder is a mount
}
