import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type KnownProcess,
  mayRun,
  procStartTimes,
  type StartTimes,
  signalIfThere,
  surelyRuns,
} from './known-process.ts';
import type { ProcessState, ProcessStatus } from './supervised-process.ts';

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

/**
 * The list of what a supervisor runs, kept on disk: other processes see how each fares, and nothing is orphaned for good when the supervisor
 * itself is killed.
 */
export class RunFile {
  readonly #file: string;
  readonly #startTimeOf: StartTimes;
  readonly #processes = new Map<string, ListedProcess>();

  constructor(file: string, startTimeOf: StartTimes = procStartTimes) {
    this.#file = file;
    this.#startTimeOf = startTimeOf;
  }

  /** Undefined where nothing is listed, or not by a supervisor. */
  read(): (RunFileContent & Readonly<{ supervisorAlive: boolean }>) | undefined {
    try {
      const content = JSON.parse(readFileSync(this.#file, 'utf8')) as RunFileContent | null;
      if (typeof content?.supervisor?.pid !== 'number') return undefined;
      return { ...content, supervisorAlive: mayRun(content.supervisor, this.#startTimeOf) };
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
    const startedAt = pid === undefined ? null : this.#startTimeOf(pid);
    if (state === 'stopped') this.#processes.delete(name);
    else this.#processes.set(name, { name, state, restarts, pid: pid ?? null, startedAt });
    this.#write();
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }

  /** Ends those of the listed processes that surely still run: asked first, then by force. Returns their names. */
  async endLeftovers(): Promise<readonly string[]> {
    const runs = (known: KnownProcess) => surelyRuns(known, this.#startTimeOf);
    const left = (this.read()?.processes ?? [])
      .flatMap(({ name, pid, startedAt }) => (pid === null ? [] : [{ name, pid, startedAt }]))
      .filter(runs);
    for (const { pid } of left) signalIfThere(pid, 'SIGTERM');
    const until = performance.now() + END_GRACE_MS;
    while (left.some(runs) && performance.now() < until) await delay(POLL_MS);
    for (const { pid } of left.filter(runs)) signalIfThere(pid, 'SIGKILL');
    return left.map(({ name }) => name);
  }

  #write(): void {
    const content: RunFileContent = {
      supervisor: { name: 'supervisor', pid: process.pid, startedAt: this.#startTimeOf(process.pid) },
      processes: [...this.#processes.values()],
    };
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, JSON.stringify(content, undefined, 2), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** The list of what runs in a directory. */
export const runFileOf = (directory: string) => new RunFile(path.join(directory, 'run.json'));
