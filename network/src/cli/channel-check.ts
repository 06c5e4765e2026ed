import path from 'node:path';
import { checkFirstBlock } from '../operations/founding/first-block.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions, required } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';

export const channelCheck: Command = {
  name: 'channel check',
  summary: "Hold a channel's first block against your own topology and public bundles, before you join",
  help: `usage: medquorum channel check --block FILE [options]

Whoever made the block may have put anything into it. Compared are members and their roots, policies, orderers, block cutting and
capabilities; the orderers' certificates must come from the ordering organisation's roots. Exit status 1: do not join.

  --block FILE      the block you were given (see channel create)
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const { block, ...values } = parseOptions(argv, { ...OPERATOR_OPTIONS, block: { type: 'string' } });
    const operator = await operatorOf(values, context);
    const { sha256, differences } = await checkFirstBlock(operator, path.resolve(required(block, 'block')));
    for (const { path: where, expected, found } of differences)
      context.stdout.write(`${where}: the block has ${found}, your topology says ${expected}\n`);
    if (differences.length > 0) {
      operator.report(`${differences.length} differences: do not join; ask who made it, or mend your topology`);
      return EXIT_FAILED;
    }
    context.stdout.write(`as your topology says, SHA-256 ${sha256}\n`);
    return EXIT_OK;
  },
};
