import path from 'node:path';
import { joinOrdererNode, joinPeerNode } from '../operations/run-nodes.ts';
import { type Command, EXIT_OK, parseOptions, required, UsageError } from './command.ts';
import { nodesOf } from './nodes-option.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';

export const channelJoin: Command = {
  name: 'channel join',
  summary: 'Join nodes that run elsewhere, such as in containers, to the channel',
  help: `usage: medquorum channel join --org NAME [--name NODE] [--block FILE] [--admin-address HOST:PORT] [options]

For nodes that this machine does not run itself (node up joins those that it runs). Does what is missing; run again it does nothing.

  --org NAME        organisation (short name or MSP id), or the ordering service
  --name NODE       one node only
  --block FILE      the channel's first block (default: fetched from an orderer)
  --admin-address HOST:PORT
                    where one orderer's administration is reached, if not where the topology says (a tunnel, a port of this machine)
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, {
      ...OPERATOR_OPTIONS,
      org: { type: 'string' },
      name: { type: 'string' },
      block: { type: 'string' },
      'admin-address': { type: 'string' },
    });
    const operator = await operatorOf(values, context);
    const { organization, orderers, peers, names } = nodesOf(operator, required(values.org, 'org'), values.name);
    const adminAddress = values['admin-address'];
    if (adminAddress !== undefined && orderers.length !== 1)
      throw new UsageError('--admin-address is for one orderer: name it with --name');
    const block = values.block === undefined ? undefined : path.resolve(values.block);
    if (values['dry-run']) {
      operator.report(`would join ${names.join(', ')} to ${operator.channel} (--dry-run)`);
      return EXIT_OK;
    }
    for (const node of orderers) await joinOrdererNode(operator, node, { block, adminAddress });
    if (organization !== undefined)
      for (const peer of peers) await joinPeerNode(operator, { organization, peer, block });
    context.stdout.write(`${names.join(', ')} in ${operator.channel}\n`);
    return EXIT_OK;
  },
};
