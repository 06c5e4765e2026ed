import path from 'node:path';
import type { HostedApplication } from '../consortium/hosted-application.ts';
import { resetNetwork } from '../consortium/reset-network.ts';
import { type Command, EXIT_NOT_RUNNING, EXIT_OK, parseOptions, UsageError } from './command.ts';
import { DEFAULT_DATA_DIRECTORY } from './topology-option.ts';

/** @param hosted the application that comes with this command, if any */
export const networkReset = (hosted: HostedApplication | undefined): Command => ({
  name: 'network reset',
  summary: 'Delete the ledgers of a network that does not run',
  help: `usage: medquorum network reset [--data DIR] [--keys-too] --yes | --dry-run

Deletes the ledgers in a data folder and what organisations' processes made of them (their data and databases); the next start
begins with an empty ledger. Keys stay unless told otherwise, logs stay. The folders go to stdout. Refuses while the network
runs, and where nothing shows that one was ever started there. Cut short, it is to be repeated: until then nothing starts in
the folder. Exit status 3: there is nothing to delete.

  --data DIR        data folder of the network (default: ${DEFAULT_DATA_DIRECTORY})
  --keys-too        also the keys and certificates in the data folder; the next start makes new ones
  --yes             delete; without it (or --dry-run) nothing is done
  --dry-run         say what would be deleted, and do nothing
`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      data: { type: 'string' },
      'keys-too': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    });
    const dryRun = values['dry-run'];
    if (!dryRun && !values.yes)
      throw new UsageError('what it deletes does not come back: give --yes, or --dry-run to see what it would be');
    const directory = path.resolve(values.data ?? DEFAULT_DATA_DIRECTORY);
    const report = (line: string) => stderr.write(`${line}\n`);
    const keysToo = values['keys-too'];
    const folders = await resetNetwork({ directory, application: hosted, keysToo, dryRun, report });
    if (folders.length === 0) {
      report(`no network has data in ${directory}`);
      return EXIT_NOT_RUNNING;
    }
    report(dryRun ? 'would delete (--dry-run):' : 'deleted:');
    for (const folder of folders) stdout.write(`${folder}\n`);
    return EXIT_OK;
  },
});
