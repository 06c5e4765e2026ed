import { NETWORK_COMMANDS } from '@medquorum/network/cli/commands';
import { runCommand } from '@medquorum/network/cli/main';

export type CommandRun = Readonly<{ status: number; stdout: string; stderr: string }>;

/** Whose machine a command runs on: its description of the consortium, its keys, its data. */
export type Machine = Readonly<{ topologyFile: string; keys: string; data: string }>;

/** Runs a command to its end as on a terminal. */
export function medquorum(machine: Machine, command: string | readonly string[]): Promise<CommandRun> {
  return begin(machine, command, new AbortController().signal).finished;
}

/**
 * Runs a command that goes on until it is stopped; resolves once it has written to stdout.
 * @returns what stops it and waits for its end
 */
export async function medquorumUntilClosed(machine: Machine, command: string): Promise<() => Promise<void>> {
  const ending = new AbortController();
  const { finished, firstOutput } = begin(machine, command, ending.signal);
  const early = await Promise.race([firstOutput, finished]);
  if (early !== undefined && early.status !== 0) throw new Error(`medquorum ${command}: ${early.stderr}`);
  return async () => {
    ending.abort();
    await finished;
  };
}

function begin({ topologyFile, keys, data }: Machine, command: string | readonly string[], signal: AbortSignal) {
  const written = { stdout: '', stderr: '' };
  const output = Promise.withResolvers<undefined>();
  const stdout = {
    write(text: string) {
      written.stdout += text;
      output.resolve(undefined);
    },
  };
  const stderr = {
    write(text: string) {
      written.stderr += text;
    },
  };
  const words = typeof command === 'string' ? command.split(' ') : command;
  // What looks at a data folder alone is told nothing else.
  const place = words[0] === 'network' ? [] : ['--topology', topologyFile, '--keys', keys];
  const argv = [...words, ...place, '--data', data];
  const finished = runCommand(argv, NETWORK_COMMANDS, { stdout, stderr, signal }).then((status) => ({
    status,
    ...written,
  }));
  return { finished, firstOutput: output.promise };
}
