import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../chaincode/src/server.ts', import.meta.url));

export type ChaincodeProcess = Readonly<{ port: number; stop: () => Promise<number | null> }>;

/** The real chaincode process of an organisation. */
export async function startChaincodeProcess(flags: readonly string[]): Promise<ChaincodeProcess> {
  const node = ['--conditions=medquorum-source', '--no-warnings', SERVER];
  const child = spawn(process.execPath, [...node, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit').then(([code]: unknown[]) => code as number | null);
  const stop = () => {
    child.kill('SIGTERM');
    return exit;
  };
  const lines = createInterface({ input: child.stdout });
  const port = new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      // fabric-shim logs on stdout as well, in its own form.
      if (line.includes('"chaincode listening"')) resolve((JSON.parse(line) as { port: number }).port);
    });
    exit.then((code) => reject(new Error(`the chaincode process ended with ${code}`)));
  });
  return { port: await port, stop };
}
