import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@medquorum/network/supervisor/free-ports';

const CLI = createRequire(import.meta.url).resolve('fabric-shim/cli.js');
const CONTRACTS = fileURLToPath(new URL('../../chaincode/src/contracts.ts', import.meta.url));

describe('the chaincode package', () => {
  it('is served by fabric-chaincode-node on this Node', async () => {
    const modulePath = mkdtempSync(path.join(tmpdir(), 'mq-package-'));
    // The package as it is built names its compiled contracts; here the same name stands for their source.
    writeFileSync(
      path.join(modulePath, 'package.json'),
      JSON.stringify({ name: 'ehr', version: '1', main: CONTRACTS }),
    );
    const [port = 0] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    const node = ['--conditions=medquorum-source', '--no-warnings', CLI, 'server'];
    const flags = ['--chaincode-address', address, '--chaincode-id', 'ehr_1:test', '--module-path', modulePath];
    const child = spawn(process.execPath, [...node, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    const exit = once(child, 'exit');
    const killAtExit = () => child.kill('SIGKILL');
    process.once('exit', killAtExit);
    try {
      const said: string[] = [];
      const started = new Promise<void>((resolve, reject) => {
        for (const output of [child.stdout, child.stderr]) {
          createInterface({ input: output }).on('line', (line) => {
            said.push(line);
            if (line.includes('Bootstrap process completed')) resolve();
          });
        }
        exit.then(() => reject(new Error(said.join('\n'))));
      });
      await started;
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
    } finally {
      child.kill('SIGKILL');
      await exit;
      process.removeListener('exit', killAtExit);
      rmSync(modulePath, { recursive: true });
    }
  });
});
