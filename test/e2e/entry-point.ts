import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT_DIR = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** An entry point of the project, run as a user runs it: the script itself, its output, its exit status. */
export class EntryPoint {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number>;
  #output = '';
  #waiting: (() => void)[] = [];

  constructor(script: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [path.join(PROJECT_DIR, 'scripts', script), ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString('utf8');
        this.#wake();
      });
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        resolve(code ?? -1);
        this.#wake();
      });
    });
  }

  get output(): string {
    return this.#output;
  }

  /** The exit status, once the process has ended. */
  exit(): Promise<number> {
    return this.#exited;
  }

  /** @throws Error with the whole output, when the process ends before it has said this */
  async said(text: string | RegExp): Promise<void> {
    const has = () => (typeof text === 'string' ? this.#output.includes(text) : text.test(this.#output));
    while (!has()) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`ended before it said ${text}:\n${this.#output}`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Asks it to stop, as Ctrl-C does unless told otherwise, and returns its exit status; -1 where the signal ended it. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number> {
    if (this.#child.exitCode === null) this.#child.kill(signal);
    return this.#exited;
  }

  /** Reads its stdout no more, as `head` does; returns its exit status. */
  async readNoMore(): Promise<number> {
    this.#child.stdout?.destroy();
    return this.#exited;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
