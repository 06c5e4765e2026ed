import { type ChildProcess, spawn } from 'node:child_process';

const STOP_GRACE_MS = 2_000;

/** Child processes that end with their parent, however that ends. */
export class ChildProcesses {
  readonly #children = new Set<ChildProcess>();
  readonly #killAll = () => {
    for (const child of this.#children) child.kill('SIGKILL');
  };

  constructor() {
    process.once('exit', this.#killAll);
  }

  /** Starts a script on this Node. Its output goes to stderr when it is `inherit`, else nowhere. */
  start(script: string, env: Readonly<Record<string, string>>, output: 'ignore' | 'inherit' = 'ignore'): ChildProcess {
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, ...env },
      stdio: ['ignore', output === 'inherit' ? 2 : 'ignore', output === 'inherit' ? 2 : 'ignore'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Asks all to end, then makes them. */
  async close(): Promise<void> {
    process.removeListener('exit', this.#killAll);
    await Promise.all([...this.#children].map(end));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(force);
}
