import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A process named so that another one that was given its number later is not taken for it. */
export type KnownProcess = Readonly<{ name: string; pid: number; startedAt: string | null }>;
type RunFileContent = Readonly<{ supervisor: KnownProcess; processes: readonly KnownProcess[] }>;

const END_GRACE_MS = 5_000;
const POLL_MS = 50;
/** Field 22 of /proc/<pid>/stat, counted after the command in parentheses (proc(5)). */
const START_TIME_AFTER_COMMAND = 19;

/** The list of what a supervisor runs, kept on disk so that nothing is orphaned for good when the supervisor itself is killed. */
export class RunFile {
  readonly #file: string;
  readonly #processes = new Map<string, KnownProcess>();

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

  note(name: string, pid: number | undefined): void {
    if (pid === undefined) this.#processes.delete(name);
    else this.#processes.set(name, describe(name, pid));
    this.#write();
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }

  #write(): void {
    const content: RunFileContent = {
      supervisor: describe('supervisor', process.pid),
      processes: [...this.#processes.values()],
    };
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(content, undefined, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** Ends those of the processes that still run: asked first, then by force. Returns their names. */
export async function endLeftovers(processes: readonly KnownProcess[]): Promise<readonly string[]> {
  const alive = processes.filter(isAlive);
  for (const { pid } of alive) signal(pid, 'SIGTERM');
  const until = performance.now() + END_GRACE_MS;
  while (alive.some(isAlive) && performance.now() < until) await delay(POLL_MS);
  for (const left of alive.filter(isAlive)) signal(left.pid, 'SIGKILL');
  return alive.map(({ name }) => name);
}

function describe(name: string, pid: number): KnownProcess {
  return { name, pid, startedAt: startTimeOf(pid) };
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
