import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runFileOf } from '../supervisor/run-file.ts';
import { type Command, EXIT_FAILED, EXIT_NOT_RUNNING, EXIT_OK, parseOptions } from './command.ts';
import { DEFAULT_DATA_DIRECTORY } from './topology-option.ts';

const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export const networkDown: Command = {
  name: 'network down',
  summary: 'Stop a network that runs elsewhere',
  help: `usage: medquorum network down [--data DIR]

Asks the process that runs the network to stop, and waits until it has. The ledger stays.

  --data DIR        data folder of the network (default: ${DEFAULT_DATA_DIRECTORY})
`,
  async run(argv, { stderr }) {
    const { data } = parseOptions(argv, { data: { type: 'string' } });
    const dataDirectory = path.resolve(data ?? DEFAULT_DATA_DIRECTORY);
    const runFile = runFileOf(dataDirectory);
    const holder = runFile.read();
    if (holder === undefined || !holder.supervisorAlive) {
      stderr.write(`no network runs in ${dataDirectory}\n`);
      return EXIT_NOT_RUNNING;
    }
    const { pid } = holder.supervisor;
    process.kill(pid, 'SIGTERM');
    const until = performance.now() + STOP_TIMEOUT_MS;
    while (runFile.read()?.supervisorAlive && performance.now() < until) await delay(POLL_MS);
    const stopped = !runFile.read()?.supervisorAlive;
    stderr.write(
      stopped ? `process ${pid} has stopped\n` : `process ${pid} has not stopped within ${STOP_TIMEOUT_MS / 1000} s\n`,
    );
    return stopped ? EXIT_OK : EXIT_FAILED;
  },
};
