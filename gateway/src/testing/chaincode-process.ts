import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../../chaincode/src/server.ts', import.meta.url));

/** The chaincode in a process of its own, as in production: fabric-shim's messages and the client's do not mix in one. */
export class ChaincodeProcess {
  readonly port: number;
  readonly #chaincodeId: string;
  readonly #child: ChildProcess;

  private constructor(port: number, chaincodeId: string, child: ChildProcess) {
    this.port = port;
    this.#chaincodeId = chaincodeId;
    this.#child = child;
  }

  static async start(port = 0, chaincodeId = 'ehr'): Promise<ChaincodeProcess> {
    const args = [
      '--conditions=medquorum-source',
      '--no-warnings',
      SERVER,
      `--address=127.0.0.1:${port}`,
      `--chaincode-id=${chaincodeId}`,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const taken = await new Promise<number>((resolve, reject) => {
      let said = '';
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the chaincode ended with ${code}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        // It goes on to tell of transactions; only the beginning is of interest.
        said = (said + chunk.toString()).slice(0, 65_536);
        const [, found] = /"port":(\d+)/.exec(said) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
    });
    return new ChaincodeProcess(taken, chaincodeId, child);
  }

  /** Another process where this one was, under the same id. */
  restart(): Promise<ChaincodeProcess> {
    return ChaincodeProcess.start(this.port, this.#chaincodeId);
  }

  /** Killed, as by a crash. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
