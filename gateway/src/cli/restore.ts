import path from 'node:path';
import { checkRestore, restoreGatewayBackup } from '../backup/restore-backup.ts';
import { gatewayConfig } from '../config/gateway-config.ts';
import { type Command, EXIT_OK, EXIT_USAGE } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';
import { withDatabaseOf } from './database-of.ts';
import { holdingsLines } from './holdings.ts';
import { splitOwnOptions } from './own-options.ts';

const HELP = `usage: medquorum gateway restore --from DIR --keys-from DIR [--dry-run] [--<setting>=<value> ...]

Checks a backup and puts it where the settings say: an empty database, an empty content folder, an empty key folder. Then it
holds every ciphertext to the digest on the ledger and tries every content key. Start the gateway with the same settings: before
it listens it reads what was committed since the backup.

  --from DIR         what gateway backup wrote to --out
  --keys-from DIR    what it wrote to --keys-out
  --dry-run          check everything, say what would be restored and its size, and do nothing
`;

/** Puts a saved gateway onto an empty place. */
export const restore: Command = {
  name: 'gateway restore',
  summary: 'Put a saved gateway onto an empty place',
  help: HELP,
  async run(argv, { stdout, stderr }) {
    const { values, settings } = splitOwnOptions(argv, { from: 'string', 'keys-from': 'string', 'dry-run': 'boolean' });
    const { from, 'keys-from': keysFrom } = values as Record<string, string | undefined>;
    if (!from || !keysFrom) {
      stderr.write(HELP);
      return EXIT_USAGE;
    }
    const config = gatewayConfig(settingsFromCommandLine(settings));
    const place = { directory: path.resolve(from), keysDirectory: path.resolve(keysFrom) };
    const report = (line: string) => stderr.write(`${line}\n`);
    return withDatabaseOf(config, async (databaseUrl) => {
      const target = { config, databaseUrl, report };
      if (values['dry-run']) {
        const { content, takenAt, tables } = await checkRestore(target, place);
        for (const [table, rows] of Object.entries(tables)) report(`would restore ${rows} rows of ${table}`);
        report(`would restore ${content.files} ciphertexts, ${content.bytes} bytes, to ${config.contentDir}`);
        report(`would restore the keys to ${config.keysDir}, all as of ${takenAt} (--dry-run)`);
        return EXIT_OK;
      }
      const restored = await restoreGatewayBackup(target, place);
      const next = restored.backup.checkpoint?.nextBlock ?? 0;
      stdout.write(
        `gateway of ${config.mspId} restored as of ${restored.backup.takenAt}; its peer must have block ${next}\n`,
      );
      for (const line of holdingsLines(restored.holdings)) stdout.write(line);
      return EXIT_OK;
    });
  },
};
