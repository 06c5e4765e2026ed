import path from 'node:path';
import { restartNode } from '../operations/restart-node.ts';
import { runFileOf } from '../supervisor/run-file.ts';
import { type Command, EXIT_OK, parseOptions, required } from './command.ts';
import { DEFAULT_DATA_DIRECTORY, NETWORK_OPTIONS, NETWORK_OPTIONS_HELP } from './topology-option.ts';

export const nodeRestart: Command = {
  name: 'node restart',
  summary: 'Restart one process of a running network',
  help: `usage: medquorum node restart --name PROCESS [--dry-run] [options]

Ends the process; its supervisor starts it again, with the certificates that now lie in its folder.

  --name PROCESS    as network status lists it, such as peer0.city-hospital
  --dry-run         say what would be done, and do nothing
${NETWORK_OPTIONS_HELP}`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      ...NETWORK_OPTIONS,
      name: { type: 'string' },
      'dry-run': { type: 'boolean' },
    });
    const name = required(values.name, 'name');
    if (values['dry-run']) {
      stderr.write(`would restart ${name} (--dry-run)\n`);
      return EXIT_OK;
    }
    await restartNode(runFileOf(path.resolve(values.data ?? DEFAULT_DATA_DIRECTORY)), name);
    stdout.write(`${name} was restarted\n`);
    return EXIT_OK;
  },
};
