import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { logDirectoryOf } from '../supervisor/data-folder.ts';
import { LogReader } from '../supervisor/log-reader.ts';
import { runFileOf } from '../supervisor/run-file.ts';
import { SupervisorError } from '../supervisor/supervisor-error.ts';
import { type Command, type CommandContext, EXIT_NOT_RUNNING, EXIT_OK, parseWithNames, UsageError } from './command.ts';
import { DEFAULT_DATA_DIRECTORY } from './topology-option.ts';

const DEFAULT_LINES = 20;
const MAX_LINES = 1_000_000;
const POLL_MS = 100;
const SUFFIX = '.log';

export const networkLogs: Command = {
  name: 'network logs',
  summary: 'Show what the processes of a network have logged',
  help: `usage: medquorum network logs [NAME...] [-f] [--lines N] [--data DIR]

Shows the end of the log file of each process, of a network that runs or has ended. NAME is a process as network status lists
it (default: all); where more than one is shown, each line begins with the name. Exit status 3: nothing was logged there. The
embedded network in a terminal of its own logs there.

  -f, --follow      go on with what is written from now on, until Ctrl-C; without NAME also of processes that start later
  --lines N         how many lines of each to begin with (default: ${DEFAULT_LINES}, at most ${MAX_LINES})
  --data DIR        data folder of the network (default: ${DEFAULT_DATA_DIRECTORY})
`,
  endsInOrder: true,
  async run(argv, context) {
    const { values, names: given } = parseWithNames(argv, {
      follow: { type: 'boolean', short: 'f', default: false },
      lines: { type: 'string', default: String(DEFAULT_LINES) },
      data: { type: 'string' },
    });
    const names = [...new Set(given)];
    const lines = Number(values.lines);
    if (!/^\d+$/.test(values.lines) || lines > MAX_LINES)
      throw new UsageError(`--lines is ${JSON.stringify(values.lines)}; allowed: 0 to ${MAX_LINES}`);
    const dataDirectory = path.resolve(values.data ?? DEFAULT_DATA_DIRECTORY);
    const runFile = runFileOf(dataDirectory).read();
    const directory = logDirectoryOf(dataDirectory);
    const known = new Set([...logged(directory), ...(runFile?.processes ?? []).map(({ name }) => name)]);
    if (known.size === 0 && !(values.follow && runFile?.supervisorAlive)) {
      context.stderr.write(`no process of a network has logged in ${dataDirectory}\n`);
      return EXIT_NOT_RUNNING;
    }
    const unknown = names.find((name) => !known.has(name));
    if (unknown !== undefined)
      throw new SupervisorError(
        'MQ_PROCESS_UNKNOWN',
        `no process ${unknown}; there are ${[...known].sort().join(', ')}`,
      );
    await show({ directory, known, names, lines, follow: values.follow }, context);
    return EXIT_OK;
  },
};

type Shown = Readonly<{
  directory: string;
  /** Processes that are there at the beginning. */
  known: ReadonlySet<string>;
  /** Those asked for; empty for all. */
  names: readonly string[];
  lines: number;
  follow: boolean;
}>;

async function show(
  { directory, known, names, lines, follow }: Shown,
  { stdout, signal }: CommandContext,
): Promise<void> {
  const isPrefixed = names.length === 0 ? follow || known.size > 1 : names.length > 1;
  const width = Math.max(0, ...(names.length === 0 ? known : names).values().map(({ length }) => length));
  const readers = new Map<string, LogReader>();
  const tell = (name: string) => (line: string) =>
    stdout.write(isPrefixed ? `${name.padEnd(width)} | ${line}\n` : `${line}\n`);
  for (let isFirst = true; ; isFirst = false) {
    const isLast = !follow || signal.aborted;
    for (const name of names.length === 0 ? logged(directory) : names) {
      const reader = readers.get(name) ?? new LogReader(path.join(directory, `${name}${SUFFIX}`));
      readers.set(name, reader);
      // What starts later is shown from its first line.
      if (isFirst) reader.skipToLast(lines);
      reader.lines(tell(name));
      if (isLast) reader.unfinished(tell(name));
    }
    if (isLast) return;
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

/** Names of the processes that have logged. */
function logged(directory: string): readonly string[] {
  try {
    const files = readdirSync(directory).filter((file) => file.endsWith(SUFFIX));
    return files.map((file) => file.slice(0, -SUFFIX.length)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
