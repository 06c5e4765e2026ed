import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { environmentName } from '../config/settings.ts';

const SERVER = fileURLToPath(new URL('../server.ts', import.meta.url));

type Settings = Readonly<Record<string, string | number | boolean>>;

/** A gateway in a process of its own, so that a test can kill it. */
export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly #listening: Promise<string>;
  #address = '';

  private constructor(child: ChildProcess, listening: Promise<string>) {
    this.#child = child;
    this.#listening = listening;
  }

  /** Returns when it listens. */
  static async start(settings: Settings): Promise<GatewayProcess> {
    const gateway = GatewayProcess.launch(settings);
    gateway.#address = await gateway.#listening;
    return gateway;
  }

  /** Returns at once: what becomes of it is the test's to see. */
  static launch(settings: Settings): GatewayProcess {
    const env = Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [environmentName(name), String(value)]),
    );
    const child = spawn(process.execPath, ['--conditions=medquorum-source', '--no-warnings', SERVER], {
      env: { ...process.env, NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const listening = new Promise<string>((resolve, reject) => {
      let said = '';
      child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-65_536);
        const [, found] = /"msg":"gateway listening".*"address":"([^"]+)"/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    listening.catch(() => {}); // of one that was only launched
    return new GatewayProcess(child, listening);
  }

  get address(): string {
    return this.#address;
  }

  /** SIGKILL: no goodbye. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM: graceful shutdown. @returns the exit code */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#child.exitCode;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill(signal);
    await once(this.#child, 'exit');
  }
}
