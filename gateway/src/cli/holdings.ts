import { checkHoldings, type Holdings } from '../backup/check-holdings.ts';
import { gatewayConfig } from '../config/gateway-config.ts';
import { FileContentStore } from '../content/content-store.ts';
import { HeldKeys } from '../identity/held-keys.ts';
import { KeyVault } from '../identity/key-vault.ts';
import { ContentKeys } from '../record/content-keys.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';
import { openGatewayDatabase, withDatabaseOf } from './database-of.ts';

const CONNECTIONS = 2;

/** Holds ciphertext and content keys against the records of the organisation's custody. */
export const holdings: Command = {
  name: 'gateway holdings',
  summary: 'Hold content and keys that are here against the ledger',
  help: `usage: medquorum gateway holdings [--<setting>=<value> ...]

Of every version of every record that the organisation is custodian of: is its ciphertext here, has it the digest on the ledger,
does its key open it? Of every practitioner of its own and every patient whose wallet it keeps: is the signing key here? Names what
is not; exit status 1 where there is any. After a restore that is what was written between the backup and the loss. The settings
are those of the gateway, which may run meanwhile.
`,
  async run(argv, { stdout }) {
    const config = gatewayConfig(settingsFromCommandLine(argv));
    const vault = await KeyVault.openExisting(config.keysDir, config.settings.get('keys.passphrase'));
    return withDatabaseOf(config, async (databaseUrl) => {
      const db = await openGatewayDatabase(databaseUrl, CONNECTIONS);
      try {
        const store = new FileContentStore(config.contentDir);
        const keys = new ContentKeys(db, vault);
        const held = new HeldKeys(db, vault);
        const found = await checkHoldings({ db, store, keys, held, mspId: config.mspId });
        for (const line of holdingsLines(found)) stdout.write(line);
        return found.lacks.length === 0 ? EXIT_OK : EXIT_FAILED;
      } finally {
        await db.destroy();
      }
    });
  },
};

/** For people: one line for each thing that is not here, and a last one for all. */
export function holdingsLines({ versions, signers, lacks }: Holdings): readonly string[] {
  const lackingKeys = lacks.filter(({ what }) => !what.startsWith('record ')).length;
  const readable = versions - (lacks.length - lackingKeys);
  return [
    ...lacks.map(({ what, code }) => `${code}: ${what}\n`),
    `${readable} of ${versions} versions of own records are here and their keys open them; ${signers - lackingKeys} of ${signers} signing keys are here\n`,
  ];
}
