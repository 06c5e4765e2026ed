import { type Command, EXIT_OK, parseOptions } from './command.ts';
import { DEFAULT_TOPOLOGY_FILE, networkPlace } from './topology-option.ts';

export const topologyCheck: Command = {
  name: 'topology check',
  summary: 'Check the description of a network',
  help: `usage: medquorum topology check [--topology FILE] [--json]

Reads a topology and lists everything wrong in it: file, path, what was found, what is allowed.

  --topology FILE   default: ${DEFAULT_TOPOLOGY_FILE}
  --json            print the topology with every default filled in
`,
  async run(argv, { stdout }) {
    const { json, ...values } = parseOptions(argv, { topology: { type: 'string' }, json: { type: 'boolean' } });
    const { topology } = await networkPlace(values);
    const { organizations, orderers, chaincodes, channel } = topology;
    stdout.write(
      json
        ? `${JSON.stringify(topology, undefined, 2)}\n`
        : `channel ${channel.name}: ${organizations.length} organisations, ${orderers.nodes.length} orderers (${orderers.consensus}), ${chaincodes.length} chaincodes\n`,
    );
    return EXIT_OK;
  },
};
