import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const PROBE = fileURLToPath(new URL('../../../../test/conformance/probe-chaincode/index.js', import.meta.url));

/** The conformance suite's probe chaincode as a process of its own, on fabric-shim. */
export class ChaincodeChild {
  readonly address: string;
  readonly #mspId: string;
  readonly #name: string;
  #process: ChildProcess | undefined;

  private constructor(name: string, mspId: string, address: string) {
    this.#name = name;
    this.#mspId = mspId;
    this.address = address;
  }

  static async start(name: string, mspId: string): Promise<ChaincodeChild> {
    const child = new ChaincodeChild(name, mspId, `127.0.0.1:${await freePort()}`);
    child.spawn();
    return child;
  }

  spawn(): void {
    this.#process = spawn(process.execPath, [PROBE], {
      env: {
        CHAINCODE_ID: this.#name,
        CHAINCODE_SERVER_ADDRESS: this.address,
        PROBE_ORG: this.#mspId,
        CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR',
      },
      stdio: 'ignore',
    });
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** A port that was free a moment ago: the shim has to be told its address before it listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
