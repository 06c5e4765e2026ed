import { logDirectoryOf, markDataFolder, refuseHalfReset } from './data-folder.ts';
import { signalIfThere } from './known-process.ts';
import { type RunFile, runFileOf } from './run-file.ts';
import { type ProcessSpec, type ProcessStatus, SupervisedProcess } from './supervised-process.ts';
import { SupervisorError } from './supervisor-error.ts';

const DEFAULT_STOP_GRACE_MS = 10_000;

export type SupervisorOptions = Readonly<{
  /** Holds `logs/` and the list of running processes, by which a later start finds what a killed supervisor left behind. */
  directory: string;
  /** One line for people: a process crashed, came back, was cleared away. */
  report(line: string): void;
  stopGraceMs?: number;
  /** Opened to reset the directory: only then may an earlier reset have been cut short. */
  toReset?: boolean;
}>;

/**
 * Starts processes, keeps them up, stops them in reverse order. Where this process ends without having stopped them (a fault), they are killed:
 * in groups of their own they would outlive it. Only its own kill -9 leaves them, for the next start to find.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #runFile: RunFile;
  readonly #processes = new Map<string, SupervisedProcess>();
  readonly #endings: (() => Promise<void>)[] = [];
  #closing: Promise<void> | undefined;

  /**
   * Takes over the directory, ending processes that an earlier, killed supervisor left running.
   * @throws SupervisorError `MQ_ALREADY_RUNNING` when a living supervisor holds the directory, `MQ_RESET_UNFINISHED` where a reset was cut short
   */
  static async open(options: SupervisorOptions): Promise<Supervisor> {
    const runFile = runFileOf(options.directory);
    refuseHeld(runFile, options.directory);
    if (!options.toReset) refuseHalfReset(options.directory);
    const ended = await runFile.endLeftovers();
    if (ended.length > 0) options.report(`ended what an earlier run left behind: ${ended.join(', ')}`);
    runFile.claim();
    markDataFolder(options.directory);
    return new Supervisor(options, runFile);
  }

  private constructor(options: SupervisorOptions, runFile: RunFile) {
    this.#options = options;
    this.#runFile = runFile;
    process.once('exit', this.#killAll);
  }

  readonly #killAll = () => {
    for (const { pid } of this.status()) if (pid !== undefined) signalIfThere(pid, 'SIGKILL');
  };

  get logDirectory(): string {
    return logDirectoryOf(this.#options.directory);
  }

  /** In the order in which they were started. */
  status(): readonly ProcessStatus[] {
    return [...this.#processes.values()].map(({ status }) => status);
  }

  /**
   * Starts a process and resolves when it is ready; from then on it is restarted when it ends.
   * @throws SupervisorError `MQ_PROCESS_NOT_READY`, `MQ_PROCESS_NAME_TAKEN`, `MQ_INTERRUPTED` once it is closing
   */
  async start(spec: ProcessSpec): Promise<void> {
    if (this.#closing !== undefined)
      throw new SupervisorError('MQ_INTERRUPTED', `${spec.name} is not started: everything is being stopped`);
    if (this.#processes.has(spec.name)) throw new SupervisorError('MQ_PROCESS_NAME_TAKEN', `${spec.name} runs already`);
    const supervised = new SupervisedProcess(spec, this.logDirectory, (status, remark) => {
      this.#note(status);
      if (remark !== undefined) this.#options.report(remark);
    });
    this.#processes.set(spec.name, supervised);
    await supervised.start();
  }

  /** Stops one process; it is not restarted. Unknown names are fine. */
  async stop(name: string): Promise<void> {
    await this.#processes.get(name)?.stop(this.#options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS);
    this.#processes.delete(name);
  }

  /** Ends what processes stand on and is none of them (a database server): after they have stopped, before the directory is given up. */
  atClose(end: () => Promise<void>): void {
    if (this.#closing === undefined) this.#endings.push(end);
    else this.#closing = this.#closing.then(end); // it came up while everything was being stopped
  }

  /** Stops everything, the last started first; those started together (`parallel`) stop one by one all the same. Nothing starts any more. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The processes go on where the list cannot be written (a full disk): its next change writes all of it. */
  #note(status: ProcessStatus): void {
    try {
      this.#runFile.note(status);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#options.report(`how ${status.name} fares (${status.state}) could not be written down: ${reason}`);
    }
  }

  async #close(): Promise<void> {
    for (const name of [...this.#processes.keys()].reverse()) await this.stop(name);
    for (const end of this.#endings.splice(0).reverse()) await end();
    this.#runFile.release();
    process.removeListener('exit', this.#killAll);
  }
}

/** @throws SupervisorError `MQ_ALREADY_RUNNING` when a living supervisor holds the directory */
export function refuseHeld(runFile: RunFile, directory: string): void {
  const holder = runFile.read();
  if (!holder?.supervisorAlive) return;
  const { pid, startedAt } = holder.supervisor;
  const doubt = startedAt === null ? `, or delete its run.json where process ${pid} is something else` : '';
  throw new SupervisorError('MQ_ALREADY_RUNNING', `process ${pid} runs ${directory} already; stop it first${doubt}`);
}
