import { mkdir } from 'node:fs/promises';
import { connectionFile, keepConnection } from '../connection/connection-file.ts';
import { startOrderer, startPeer } from '../operations/run-nodes.ts';
import { bringUp } from '../supervisor/bring-up.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { type Command, EXIT_OK, parseOptions, required, UsageError } from './command.ts';
import { nodesOf } from './nodes-option.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';
import { untilAborted } from './until-aborted.ts';

export const nodeUp: Command = {
  name: 'node up',
  summary: 'Run the nodes of one organisation beside a consortium that runs elsewhere',
  help: `usage: medquorum node up --org NAME [--name NODE] [--snapshot DIR | --block FILE] [options]

Runs the organisation's peers, or orderers of the ordering service, until Ctrl-C, restarts them when they end, and joins those
that have not joined to the channel. A new peer catches up from the channel's first block, or from a snapshot.

  --org NAME        organisation (short name or MSP id), or the ordering service
  --name NODE       one node only, such as peer0 or orderer5
  --snapshot DIR    begin with this snapshot of the channel (see backup create)
  --block FILE      join with this block instead of one fetched from an orderer: the channel's first, while a consortium is
                    being founded (see channel create)
${OPERATOR_OPTIONS_HELP}`,
  endsInOrder: true,
  async run(argv, context) {
    const values = parseOptions(argv, {
      ...OPERATOR_OPTIONS,
      org: { type: 'string' },
      name: { type: 'string' },
      snapshot: { type: 'string' },
      block: { type: 'string' },
    });
    const name = required(values.org, 'org');
    const { snapshot, block } = values;
    if (snapshot !== undefined && block !== undefined)
      throw new UsageError('--snapshot and --block exclude each other');
    const operator = await operatorOf(values, context);
    const { topology, dataDirectory, materialDirectory, report } = operator;
    const { organization, orderers, peers, names } = nodesOf(operator, name, values.name);
    if (values['dry-run']) {
      context.stderr.write(`would run ${names.join(', ')} with data in ${dataDirectory} (--dry-run)\n`);
      return EXIT_OK;
    }
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const supervisor = await Supervisor.open({ directory: dataDirectory, report });
    supervisor.atClose(() => keepConnection(dataDirectory, undefined));
    const close = () => supervisor.close();
    const start = async () => {
      await keepConnection(dataDirectory, undefined);
      for (const node of orderers) await startOrderer(operator, supervisor, node, { block });
      if (organization !== undefined)
        for (const peer of peers) await startPeer(operator, { supervisor, organization, peer, snapshot, block });
      const all = connectionFile(topology, materialDirectory, { engine: 'fabric', endpoints: new Map() });
      await keepConnection(dataDirectory, {
        ...all,
        organizations: all.organizations.filter(({ mspId }) => mspId === organization?.mspId),
        orderers: all.orderers.filter((orderer) => names.includes(orderer.name)),
      });
    };
    await bringUp({ signal: context.signal, start, close });
    try {
      context.stdout.write(`${names.join(', ')} ready\n`);
      await untilAborted(context.signal);
    } finally {
      await close();
    }
    return EXIT_OK;
  },
};
