import path from 'node:path';
import { createBackup } from '../operations/backup/backup.ts';
import { type Command, EXIT_OK, parseOptions, required } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';

export const backupCreate: Command = {
  name: 'backup create',
  summary: "Save one organisation's ledger state, and apart from it its keys",
  help: `usage: medquorum backup create --org NAME --out DIR --keys-out DIR [options]

Run it where the organisation's peer runs; the peer goes on.

  --org NAME        your organisation (short name or MSP id)
  --out DIR         empty folder for the peer's snapshot and the topology; it holds no key
  --keys-out DIR    empty folder for the keys: keep it elsewhere, and secret
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, {
      ...OPERATOR_OPTIONS,
      org: { type: 'string' },
      out: { type: 'string' },
      'keys-out': { type: 'string' },
    });
    const name = required(values.org, 'org');
    const directory = path.resolve(required(values.out, 'out'));
    const keysDirectory = path.resolve(required(values['keys-out'], 'keys-out'));
    const operator = await operatorOf(values, context);
    const organization = operator.organization(name);
    if (values['dry-run']) {
      context.stderr.write(
        `would save the peer's state of ${organization.name} to ${directory}, its keys to ${keysDirectory} (--dry-run)\n`,
      );
      return EXIT_OK;
    }
    const { blockNumber } = await createBackup(operator, organization, { directory, keysDirectory });
    context.stdout.write(`${organization.name} saved as of block ${blockNumber}\n`);
    return EXIT_OK;
  },
};
