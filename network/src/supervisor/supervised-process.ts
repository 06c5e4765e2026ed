import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SupervisorError } from './supervisor-error.ts';

/** How to run one process and how to know that it is ready. */
export type ProcessSpec = Readonly<{
  /** Unique in its supervisor; also the name of the log file. */
  name: string;
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Answers whether the process does its work now. Asked until it says yes; must not throw. */
  isReady(): Promise<boolean>;
  readyTimeoutMs: number;
}>;

export type ProcessState = 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped' | 'failed';
export type ProcessStatus = Readonly<{
  name: string;
  state: ProcessState;
  pid: number | undefined;
  restarts: number;
  logFile: string;
}>;

const POLL_MS = 50;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 10_000;
/** A process that lived this long has recovered: its next crash is treated as a first one. */
const HEALTHY_AFTER_MS = 30_000;
const LOG_TAIL_LINES = 12;

/** Told of every change of state or process id, with a sentence for people where there is something to say. */
export type Watcher = (status: ProcessStatus, remark?: string) => void;

/** One child process, restarted with back-off when it ends unasked. Its output goes to a log file of its own. */
export class SupervisedProcess {
  readonly spec: ProcessSpec;
  readonly #logFile: string;
  readonly #watcher: Watcher;
  #child: ChildProcess | undefined;
  #state: ProcessState = 'stopped';
  #restarts = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  readonly #stop = new AbortController();

  constructor(spec: ProcessSpec, logDirectory: string, watcher: Watcher) {
    this.spec = spec;
    this.#logFile = path.join(logDirectory, `${spec.name}.log`);
    this.#watcher = watcher;
  }

  get status(): ProcessStatus {
    return {
      name: this.spec.name,
      state: this.#state,
      pid: hasEnded(this.#child) ? undefined : this.#child?.pid,
      restarts: this.#restarts,
      logFile: this.#logFile,
    };
  }

  /**
   * Starts the process and waits until it is ready.
   * @throws SupervisorError `MQ_PROCESS_NOT_READY` with the end of its log, when it ends first or takes too long
   */
  async start(): Promise<void> {
    const child = this.#spawn('starting');
    const until = performance.now() + this.spec.readyTimeoutMs;
    for (;;) {
      const isReady = await this.spec.isReady();
      this.#stop.signal.throwIfAborted();
      // Whatever was asked: somebody else's process may have answered.
      if (hasEnded(child)) return this.#fail('ended before it was ready');
      if (isReady) break;
      if (performance.now() > until) return this.#fail(`was not ready after ${this.spec.readyTimeoutMs} ms`);
      await delay(POLL_MS);
    }
    this.#enter('ready');
  }

  async #fail(why: string): Promise<never> {
    await this.stop(0);
    this.#enter('failed');
    throw new SupervisorError(
      'MQ_PROCESS_NOT_READY',
      `${this.spec.name} ${why}; see ${this.#logFile}\n${this.#logTail()}`,
    );
  }

  /** Asks the process to end, waits, and ends it by force where it does not within the grace. */
  async stop(graceMs: number): Promise<void> {
    this.#stop.abort();
    const child = this.#child;
    if (child === undefined || hasEnded(child)) {
      this.#enter('stopped');
      return;
    }
    this.#enter('stopping');
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const grace = new AbortController();
    await Promise.race([ended, delay(graceMs, undefined, { signal: grace.signal }).catch(() => {})]);
    grace.abort();
    if (!hasEnded(child)) child.kill('SIGKILL');
    await ended;
    this.#enter('stopped');
  }

  #spawn(state: ProcessState): ChildProcess {
    mkdirSync(path.dirname(this.#logFile), { recursive: true });
    const log = openSync(this.#logFile, 'a', 0o600);
    const startedMs = performance.now();
    const child = spawn(this.spec.command, this.spec.args, {
      cwd: this.spec.cwd,
      env: { ...process.env, ...this.spec.env },
      stdio: ['ignore', log, log],
      // A group of its own: Ctrl-C in the terminal reaches the supervisor alone, which then stops the parts in order.
      detached: process.platform !== 'win32',
    });
    closeSync(log);
    this.#child = child;
    this.#enter(state);
    // An error that is no exit (the command does not exist) is followed by no exit event.
    child.once('error', (error) => this.#ended(`could not be started: ${error.message}`, startedMs));
    child.once('exit', (code, signal) => this.#ended(`ended (${signal ?? `status ${code}`})`, startedMs));
    return child;
  }

  #ended(how: string, startedMs: number): void {
    if (this.#stop.signal.aborted || this.#state === 'starting') return;
    if (performance.now() - startedMs > HEALTHY_AFTER_MS) this.#backoffMs = FIRST_BACKOFF_MS;
    const waitMs = this.#backoffMs;
    this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);
    this.#enter('restarting', `${this.spec.name} ${how}; it is started again in ${waitMs} ms`);
    void this.#restartAfter(waitMs);
  }

  async #restartAfter(waitMs: number): Promise<void> {
    try {
      await delay(waitMs, undefined, { signal: this.#stop.signal });
      this.#restarts += 1;
      const child = this.#spawn('restarting');
      while (!(await this.spec.isReady())) {
        // The end of this one has begun a wait of its own.
        if (hasEnded(child)) return;
        await delay(POLL_MS, undefined, { signal: this.#stop.signal });
      }
      if (!hasEnded(child)) this.#enter('ready', `${this.spec.name} is back`);
    } catch (cause) {
      if (!this.#stop.signal.aborted) throw cause;
    }
  }

  #enter(state: ProcessState, remark?: string): void {
    this.#state = state;
    this.#watcher(this.status, remark);
  }

  #logTail(): string {
    try {
      return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
    } catch {
      return '(it wrote no log)';
    }
  }
}

/** Also one that could not be started at all: it has no process id. */
function hasEnded(child: ChildProcess | undefined): boolean {
  return child?.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}
