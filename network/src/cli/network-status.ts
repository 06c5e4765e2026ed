import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CONNECTION_FILE, type ConnectionFile } from '../connection/connection-file.ts';
import { acceptsConnections } from '../supervisor/probe.ts';
import { type ListedProcess, runFileOf } from '../supervisor/run-file.ts';
import { type Command, EXIT_NOT_RUNNING, EXIT_OK, parseOptions } from './command.ts';
import { DEFAULT_DATA_DIRECTORY } from './topology-option.ts';

export const networkStatus: Command = {
  name: 'network status',
  summary: 'Say whether a network runs, who answers, and how its processes fare',
  help: `usage: medquorum network status [--data DIR] [--json]

Exit status 0: it has come up, every organisation and orderer answers, and every process is ready. 3: it does not run, is still coming up,
somebody does not answer, or a process is not ready; what is printed says which. A process that is restarting, or has been restarted often,
ends again and again: network logs NAME shows why.

  --data DIR        data folder of the network (default: ${DEFAULT_DATA_DIRECTORY})
  --json            print one JSON object: running, pid, organizations and orderers with whether each answers, processes with state, pid
                    (null while one waits to be started again) and restarts
`,
  async run(argv, { stdout }) {
    const { data, json } = parseOptions(argv, { data: { type: 'string' }, json: { type: 'boolean' } });
    const dataDirectory = path.resolve(data ?? DEFAULT_DATA_DIRECTORY);
    const holder = runFileOf(dataDirectory).read();
    if (holder === undefined || !holder.supervisorAlive) {
      stdout.write(json ? '{"running":false}\n' : `no network runs in ${dataDirectory}\n`);
      return EXIT_NOT_RUNNING;
    }
    const { supervisor, processes } = holder;
    const connection = await connectionOf(dataDirectory);
    const organizations = await Promise.all(
      (connection?.organizations ?? []).map(async ({ mspId, endpoint }) => ({
        mspId,
        endpoint,
        answers: await answers(endpoint),
      })),
    );
    const orderers = await Promise.all(
      (connection?.orderers ?? []).map(async (orderer) => ({ ...orderer, answers: await answers(orderer.endpoint) })),
    );
    if (json) {
      const found = { running: true, pid: supervisor.pid, processes, organizations, orderers };
      stdout.write(`${JSON.stringify(found)}\n`);
    } else {
      const places = [...organizations.map((found) => ({ ...found, name: found.mspId })), ...orderers];
      stdout.write(`process ${supervisor.pid} runs the network in ${dataDirectory}\n`);
      if (connection === undefined) stdout.write('  it is still coming up\n');
      stdout.write(
        lines(places.map((at) => [at.name, at.endpoint, at.answers ? 'answers' : 'does not answer'])).join(''),
      );
      stdout.write(lines(processes.map(described)).join(''));
    }
    const isWell =
      connection !== undefined &&
      [...organizations, ...orderers].every((place) => place.answers) &&
      processes.every(({ state }) => state === 'ready');
    return isWell ? EXIT_OK : EXIT_NOT_RUNNING;
  },
};

const described = ({ name, state, pid, restarts }: ListedProcess) => [
  name,
  state,
  pid === null ? 'no process' : `process ${pid}`,
  restarts === 1 ? 'restarted once' : restarts === 0 ? '' : `restarted ${restarts} times`,
];

/** One line a row, its cells as wide as the widest of their column. */
function lines(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell.padEnd(width(column)));
    return `  ${cells.join('  ').trimEnd()}\n`;
  });
}

/** Undefined while the network is still coming up. */
async function connectionOf(dataDirectory: string): Promise<ConnectionFile | undefined> {
  try {
    return JSON.parse(await readFile(path.join(dataDirectory, CONNECTION_FILE), 'utf8')) as ConnectionFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function answers(endpoint: string): Promise<boolean> {
  const colon = endpoint.lastIndexOf(':');
  return acceptsConnections(endpoint.slice(0, colon), Number(endpoint.slice(colon + 1)));
}
