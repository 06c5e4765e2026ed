import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { NETWORK_COMMANDS } from '@medquorum/network/cli/commands';
import { runCommand } from '@medquorum/network/cli/main';
import type { ListedProcess } from '@medquorum/network/supervisor/run-file';
import { EntryPoint } from '../e2e/entry-point.ts';

export type Status = Readonly<{
  pid: number;
  processes: readonly ListedProcess[];
  organizations: readonly Readonly<{ mspId: string; answers: boolean }>[];
  orderers: readonly Readonly<{ name: string; answers: boolean }>[];
}>;

/** A `network` command in this process, and all it wrote. */
export async function network(...argv: readonly string[]) {
  const written = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof written) => ({
    write(text: string) {
      written[stream] += text;
    },
  });
  const context = { stdout: into('stdout'), stderr: into('stderr'), signal: new AbortController().signal };
  return { exit: await runCommand(['network', ...argv], NETWORK_COMMANDS, context), ...written };
}

export async function statusIn(data: string): Promise<Status & { exit: number }> {
  const { exit, stdout } = await network('status', '--json', '--data', data);
  return { exit, ...(JSON.parse(stdout) as Status) };
}

export const pidOf = ({ processes }: Status, name: string) => {
  const pid = processes.find((process) => process.name === name)?.pid;
  if (typeof pid !== 'number') throw new Error(`${name} does not run`);
  return pid;
};

/** Is it there, and not only its unreaped remains? */
export const isAlive = (pid: number) => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

/** The command as a user runs it; ended by force with the test, together with all it runs. */
export class NetworkUp {
  readonly entry: EntryPoint;
  readonly #data: string;

  constructor(topologyFile: string, data: string, ...more: readonly string[]) {
    const place = ['--engine', 'fabric', '--topology', topologyFile, '--data', data];
    this.entry = new EntryPoint('medquorum.mjs', ['network', 'up', ...place, ...more]);
    this.#data = data;
  }

  async ready(): Promise<this> {
    await this.entry.said('is ready after');
    return this;
  }

  async end(): Promise<void> {
    await this.entry.stop();
    // Only after a failed test is there anything left: what the run file still lists.
    const file = path.join(this.#data, 'run.json');
    if (!existsSync(file)) return;
    const { processes } = JSON.parse(readFileSync(file, 'utf8')) as Status;
    for (const { pid } of processes) if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
}
