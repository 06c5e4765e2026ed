import path from 'node:path';
import { createBackup, snapshotTarget } from '../operations/backup/backup.ts';
import { requirePeerData } from '../operations/backup/take-snapshot.ts';
import { type Command, EXIT_OK, parseOptions, required } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';

export const backupCreate: Command = {
  name: 'backup create',
  summary: "Save one organisation's ledger state, and apart from it its keys",
  help: `usage: medquorum backup create --org NAME --out DIR --keys-out DIR [options]

Run it where the organisation's peer runs; the peer goes on. Of the ordering service only keys are saved: an orderer that comes
back has its blocks from the others.

  --org NAME        your organisation (short name or MSP id), or the ordering service
  --out DIR         empty folder for the peer's snapshot and the topology; it holds no key
  --keys-out DIR    empty folder for the keys, of orderers too that the organisation operates: keep it elsewhere, and secret
  --keys-only       without the peer's snapshot: a peer that comes back reads the channel from its first block
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, {
      ...OPERATOR_OPTIONS,
      org: { type: 'string' },
      out: { type: 'string' },
      'keys-out': { type: 'string' },
      'keys-only': { type: 'boolean', default: false },
    });
    const name = required(values.org, 'org');
    const directory = path.resolve(required(values.out, 'out'));
    const keysDirectory = path.resolve(required(values['keys-out'], 'keys-out'));
    const operator = await operatorOf(values, context);
    const party = operator.party(name);
    const keysOnly = values['keys-only'];
    if (values['dry-run']) {
      const target = snapshotTarget(party, keysOnly);
      if (target !== undefined) requirePeerData(operator, target);
      const state = target === undefined ? 'the topology' : "its peer's state and the topology";
      context.stderr.write(
        `would save the keys of ${party.name} to ${keysDirectory}, ${state} to ${directory} (--dry-run)\n`,
      );
      return EXIT_OK;
    }
    const blockNumber = await createBackup(operator, party, { directory, keysDirectory }, keysOnly);
    const what = blockNumber === undefined ? ', keys alone' : ` as of block ${blockNumber}`;
    context.stdout.write(`${party.name} saved${what}\n`);
    return EXIT_OK;
  },
};
