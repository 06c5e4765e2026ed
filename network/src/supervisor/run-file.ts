import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessState, ProcessStatus } from './supervised-process.ts';

/** A process named so that another one that was given its number later is not taken for it. */
type KnownProcess = Readonly<{ name: string; pid: number; startedAt: string | null }>;
/** A supervised process; it has no process id while it waits to be started again. */
export type ListedProcess = Readonly<{
  name: string;
  state: ProcessState;
  /** How often it was started again since its supervisor started it. */
  restarts: number;
  pid: number | null;
  startedAt: string | null;
}>;
type RunFileContent = Readonly<{ supervisor: KnownProcess; processes: readonly ListedProcess[] }>;

const END_GRACE_MS = 5_000;
const POLL_MS = 50;
/** Field 22 of /proc/<pid>/stat, counted after the command in parentheses (proc(5)). */
const START_TIME_AFTER_COMMAND = 19;

/**
 * The list of what a supervisor runs, kept on disk: other processes see how each fares, and nothing is orphaned for good when the supervisor
 * itself is killed.
 */
export class RunFile {
  readonly #file: string;
  readonly #processes = new Map<string, ListedProcess>();

  constructor(file: string) {
    this.#file = file;
  }

  read(): (RunFileContent & Readonly<{ supervisorAlive: boolean }>) | undefined {
    try {
      const content = JSON.parse(readFileSync(this.#file, 'utf8')) as RunFileContent;
      return { ...content, supervisorAlive: isAlive(content.supervisor) };
    } catch (cause) {
      // Half a file means that the writer died: what it listed cannot be known, and a taken port will say so.
      if (cause instanceof SyntaxError || (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw cause;
    }
  }

  claim(): void {
    this.#processes.clear();
    this.#write();
  }

  /** Writes down how a process fares; one that was stopped is no longer listed. */
  note({ name, state, restarts, pid }: ProcessStatus): void {
    const startedAt = pid === undefined ? null : startTimeOf(pid);
    if (state === 'stopped') this.#processes.delete(name);
    else this.#processes.set(name, { name, state, restarts, pid: pid ?? null, startedAt });
    this.#write();
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }

  #write(): void {
    const content: RunFileContent = {
      supervisor: { name: 'supervisor', pid: process.pid, startedAt: startTimeOf(process.pid) },
      processes: [...this.#processes.values()],
    };
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(content, undefined, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** The list of what runs in a directory. */
export const runFileOf = (directory: string) => new RunFile(path.join(directory, 'run.json'));

/** Ends those of the processes that still run: asked first, then by force. Returns their names. */
export async function endLeftovers(processes: readonly ListedProcess[]): Promise<readonly string[]> {
  const alive = processes
    .flatMap(({ name, pid, startedAt }) => (pid === null ? [] : [{ name, pid, startedAt }]))
    .filter(isAlive);
  for (const { pid } of alive) signal(pid, 'SIGTERM');
  const until = performance.now() + END_GRACE_MS;
  while (alive.some(isAlive) && performance.now() < until) await delay(POLL_MS);
  for (const left of alive.filter(isAlive)) signal(left.pid, 'SIGKILL');
  return alive.map(({ name }) => name);
}

/** Without /proc (macOS, Windows) a process cannot be told from a later one of the same number: then it counts as gone, and is left alone. */
function isAlive({ pid, startedAt }: KnownProcess): boolean {
  return startedAt !== null && startTimeOf(pid) === startedAt;
}

/** Clock ticks since boot at which the process began; null where there is none, or only its unreaped remains. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[START_TIME_AFTER_COMMAND] ?? null);
  } catch {
    return null;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
  }
}
