import path from 'node:path';
import { endLeftovers, RunFile } from './run-file.ts';
import { type ProcessSpec, type ProcessStatus, SupervisedProcess } from './supervised-process.ts';
import { SupervisorError } from './supervisor-error.ts';

const DEFAULT_STOP_GRACE_MS = 10_000;

export type SupervisorOptions = Readonly<{
  /** Holds `logs/` and the list of running processes, by which a later start finds what a killed supervisor left behind. */
  directory: string;
  /** One line for people: a process crashed, came back, was cleared away. */
  report(line: string): void;
  stopGraceMs?: number;
}>;

/** Starts processes, keeps them up, stops them in reverse order. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #runFile: RunFile;
  readonly #processes = new Map<string, SupervisedProcess>();

  /**
   * Takes over the directory, ending processes that an earlier, killed supervisor left running.
   * @throws SupervisorError `MQ_ALREADY_RUNNING` when a living supervisor holds the directory
   */
  static async open(options: SupervisorOptions): Promise<Supervisor> {
    const runFile = new RunFile(path.join(options.directory, 'run.json'));
    const left = runFile.read();
    if (left?.supervisorAlive) {
      throw new SupervisorError(
        'MQ_ALREADY_RUNNING',
        `process ${left.supervisor.pid} runs ${options.directory} already; stop it first`,
      );
    }
    const ended = await endLeftovers(left?.processes ?? []);
    if (ended.length > 0) options.report(`ended what an earlier run left behind: ${ended.join(', ')}`);
    runFile.claim();
    return new Supervisor(options, runFile);
  }

  private constructor(options: SupervisorOptions, runFile: RunFile) {
    this.#options = options;
    this.#runFile = runFile;
  }

  get logDirectory(): string {
    return path.join(this.#options.directory, 'logs');
  }

  /** In the order in which they were started. */
  status(): readonly ProcessStatus[] {
    return [...this.#processes.values()].map(({ status }) => status);
  }

  /**
   * Starts a process and resolves when it is ready; from then on it is restarted when it ends.
   * @throws SupervisorError `MQ_PROCESS_NOT_READY`, `MQ_PROCESS_NAME_TAKEN`
   */
  async start(spec: ProcessSpec): Promise<void> {
    if (this.#processes.has(spec.name)) throw new SupervisorError('MQ_PROCESS_NAME_TAKEN', `${spec.name} runs already`);
    const supervised = new SupervisedProcess(spec, this.logDirectory, {
      onState: (_status, remark) => {
        if (remark !== undefined) this.#options.report(remark);
      },
      onPid: (name, pid) => this.#runFile.note(name, pid),
    });
    this.#processes.set(spec.name, supervised);
    await supervised.start();
  }

  /** Stops one process; it is not restarted. Unknown names are fine. */
  async stop(name: string): Promise<void> {
    await this.#processes.get(name)?.stop(this.#options.stopGraceMs ?? DEFAULT_STOP_GRACE_MS);
    this.#processes.delete(name);
  }

  /** Stops everything, the last started first; those started together (`parallel`) stop one by one all the same. Never throws. */
  async close(): Promise<void> {
    for (const name of [...this.#processes.keys()].reverse()) await this.stop(name);
    this.#runFile.release();
  }
}
