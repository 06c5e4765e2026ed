import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '@medquorum/network/consortium/engine';
import type { ChildProcesses } from '../conformance/child-processes.ts';
import { medquorumArguments } from './medquorum-process.ts';

const ASSET_CHAINCODE = fileURLToPath(new URL('../../docs/examples/asset/asset-chaincode.cjs', import.meta.url));

/** `medquorum network up` in a process of its own. */
export class NetworkProcess {
  readonly #engine: EngineName;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  // Asked to, it ends its nodes: those of Fabric are no children of ours.
  readonly #endAtExit = () => this.#child.kill('SIGTERM');
  #output = '';

  constructor(engine: EngineName, ...options: readonly string[]) {
    this.#engine = engine;
    const args = medquorumArguments('network', 'up', '--engine', engine, ...options);
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', this.#endAtExit);
    const wake = () => {
      for (const look of this.#waiting) look();
    };
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
        wake();
      });
    }
    this.#child.once('exit', () => {
      process.removeListener('exit', this.#endAtExit);
      wake();
    });
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves with what matched, once the process has written it; rejects with all it wrote when it ends first. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.#output);
        if (found === null && !this.#hasEnded) return;
        this.#waiting.delete(look);
        if (found !== null) resolve(found);
        else reject(new Error(`ended before it said ${pattern}: ${this.#output}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Starts the processes of chaincode `asset` at these addresses by MSP id. Fabric wants them under ids of its own, which it says. */
  async startAssets(processes: ChildProcesses, addresses: Readonly<Record<string, string>>): Promise<void> {
    for (const [mspId, address] of Object.entries(addresses)) {
      const id = this.#engine === 'embedded' ? 'asset' : await this.#packageId(mspId);
      processes.start(ASSET_CHAINCODE, { CHAINCODE_ID: id, CHAINCODE_SERVER_ADDRESS: address });
    }
  }

  /** The exit status, once it has ended. */
  async exit(): Promise<number | null> {
    if (!this.#hasEnded) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.exit();
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exit();
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #packageId(mspId: string): Promise<string> {
    const [, id = ''] = await this.says(new RegExp(`chaincode of ${mspId}: .*CHAINCODE_ID=(\\S+)`));
    return id;
  }
}
