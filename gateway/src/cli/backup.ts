import path from 'node:path';
import { backupSizes, createGatewayBackup } from '../backup/create-backup.ts';
import { gatewayConfig } from '../config/gateway-config.ts';
import { type Command, EXIT_OK, EXIT_USAGE } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';
import { withDatabaseOf } from './database-of.ts';
import { splitOwnOptions } from './own-options.ts';

const HELP = `usage: medquorum gateway backup --out DIR --keys-out DIR [--after-block N] [--dry-run] [--<setting>=<value> ...]

Saves what one gateway holds, while it runs: its tables, encrypted, and ciphertext to one folder, its keys to the other. The
settings are those of the gateway (also from a file, MQ_... and DATABASE_URL). "backup create" does this with the peer's part.

  --out DIR          empty folder for tables and ciphertext; it holds no key
  --keys-out DIR     empty folder for the keys: keep it elsewhere, and secret. A keys.passphrase is not saved
  --after-block N    wait until the gateway has read this block: that of the peer's snapshot which is kept with it
  --dry-run          say what would be saved and its size, and do nothing
`;

/** Saves tables, ciphertext and keys of a gateway. */
export const backup: Command = {
  name: 'gateway backup',
  summary: 'Save what a gateway holds, and apart from it its keys',
  help: HELP,
  async run(argv, { stdout, stderr }) {
    const { values, settings } = splitOwnOptions(argv, {
      out: 'string',
      'keys-out': 'string',
      'after-block': 'string',
      'dry-run': 'boolean',
    });
    const { out, 'keys-out': keysOut, 'after-block': afterBlock } = values as Record<string, string | undefined>;
    if (!out || !keysOut || (afterBlock !== undefined && !/^\d{1,12}$/.test(afterBlock))) {
      stderr.write(HELP);
      return EXIT_USAGE;
    }
    const config = gatewayConfig(settingsFromCommandLine(settings));
    const place = { directory: path.resolve(out), keysDirectory: path.resolve(keysOut) };
    const report = (line: string) => stderr.write(`${line}\n`);
    return withDatabaseOf(config, async (databaseUrl) => {
      const source = { config, databaseUrl, report };
      if (values['dry-run']) {
        const { tables, content } = await backupSizes(source);
        for (const [table, bytes] of Object.entries(tables))
          report(`would save table ${table}, ${bytes} bytes on disk`);
        report(`would save ${content.files} ciphertexts, ${content.bytes} bytes, to ${place.directory}`);
        report(`would save the keys of ${config.keysDir} to ${place.keysDirectory} (--dry-run)`);
        return EXIT_OK;
      }
      const saved = await createGatewayBackup(source, place, afterBlock === undefined ? undefined : Number(afterBlock));
      stdout.write(
        `gateway of ${saved.mspId} saved, read up to block ${(saved.checkpoint?.nextBlock ?? 0) - 1}, ${saved.content.files} ciphertexts\n`,
      );
      return EXIT_OK;
    });
  },
};
