import path from 'node:path';
import { createFirstBlock } from '../operations/founding/first-block.ts';
import { type Command, EXIT_OK, parseOptions } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';

export const channelCreate: Command = {
  name: 'channel create',
  summary: "Make the channel's first block, to found a consortium whose members run apart",
  help: `usage: medquorum channel create [--out FILE] [options]

Made once, by whoever holds the orderers' keys, from the topology and everybody's public bundle. No private key goes into it.
Pass the file on: every organisation checks it (channel check) and joins its nodes with it (node up --block, channel join).
Prints the file and its SHA-256.

  --out FILE        default: <channel>.block in the folder of --data
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const { out, ...values } = parseOptions(argv, { ...OPERATOR_OPTIONS, out: { type: 'string' } });
    const operator = await operatorOf(values, context);
    const { topology, channel, dataDirectory, report } = operator;
    const file = path.resolve(out ?? path.join(dataDirectory, `${channel}.block`));
    const members = topology.organizations.map(({ mspId }) => mspId).join(', ');
    if (values['dry-run']) {
      report(`would found ${channel} of ${members} in ${file} (--dry-run)`);
      return EXIT_OK;
    }
    const sha256 = await createFirstBlock(operator, file);
    report(`first block of ${channel}: ${members}; ${topology.orderers.nodes.length} orderers`);
    context.stdout.write(`${file} ${sha256}\n`);
    return EXIT_OK;
  },
};
