import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConnectionFile } from '../connection/connection-file.ts';
import { acceptsConnections } from '../supervisor/probe.ts';
import { type Command, EXIT_NOT_RUNNING, EXIT_OK, parseOptions } from './command.ts';
import { CONNECTION_FILE, runFileOf } from './network-state.ts';
import { DEFAULT_DATA_DIRECTORY } from './topology-option.ts';

export const networkStatus: Command = {
  name: 'network status',
  summary: 'Say whether a network runs and which organisations answer',
  help: `usage: medquorum network status [--data DIR] [--json]

Exit status 0: it runs and every organisation answers; 3: it does not.

  --data DIR        data folder of the network (default: ${DEFAULT_DATA_DIRECTORY})
  --json            print one JSON object
`,
  async run(argv, { stdout }) {
    const { data, json } = parseOptions(argv, { data: { type: 'string' }, json: { type: 'boolean' } });
    const dataDirectory = path.resolve(data ?? DEFAULT_DATA_DIRECTORY);
    const holder = runFileOf(dataDirectory).read();
    if (holder === undefined || !holder.supervisorAlive) {
      stdout.write(json ? '{"running":false}\n' : `no network runs in ${dataDirectory}\n`);
      return EXIT_NOT_RUNNING;
    }
    const organizations = await Promise.all((await connectionOf(dataDirectory)).map(probe));
    const { pid } = holder.supervisor;
    if (json) {
      stdout.write(`${JSON.stringify({ running: true, pid, processes: holder.processes, organizations })}\n`);
    } else {
      stdout.write(`process ${pid} runs the network in ${dataDirectory}\n`);
      for (const { mspId, endpoint, answers } of organizations) {
        stdout.write(`  ${mspId}  ${endpoint}  ${answers ? 'answers' : 'does not answer'}\n`);
      }
    }
    return organizations.length > 0 && organizations.every(({ answers }) => answers) ? EXIT_OK : EXIT_NOT_RUNNING;
  },
};

/** Empty while the network is still coming up. */
async function connectionOf(dataDirectory: string): Promise<ConnectionFile['organizations']> {
  try {
    const text = await readFile(path.join(dataDirectory, CONNECTION_FILE), 'utf8');
    return (JSON.parse(text) as ConnectionFile).organizations;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function probe({ mspId, endpoint }: ConnectionFile['organizations'][number]) {
  const colon = endpoint.lastIndexOf(':');
  const answers = await acceptsConnections(endpoint.slice(0, colon), Number(endpoint.slice(colon + 1)));
  return { mspId, endpoint, answers };
}
