import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { ChildProcesses } from '../conformance/child-processes.ts';
import { medquorumArguments } from './medquorum-process.ts';

const EXAMPLE = fileURLToPath(new URL('../../docs/examples/asset', import.meta.url));
const SOURCES = ['--disable-warning=ExperimentalWarning', '--conditions=medquorum-source'];
const run = promisify(execFile);

describe('the asset example', () => {
  let folder: string;
  const processes = new ChildProcesses();
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'asset-example-'));
  });
  afterEach(async () => {
    await processes.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs inside a process of its own', async () => {
    const { stdout } = await run(process.execPath, [...SOURCES, path.join(EXAMPLE, 'in-process.mjs')]);
    expect(stdout).toBe('after the transfer: bob\nafter going back: alice\n');
  });

  it('runs on `network up`, with the connection file it writes', async () => {
    const [peer1, peer2, chaincode1, chaincode2] = await freePorts(4);
    const text = await readFile(path.join(EXAMPLE, 'network.yaml'), 'utf8');
    const ours = text
      .replace('17051', `${peer1}`)
      .replace('17151', `${peer2}`)
      .replace('19998', `${chaincode1}`)
      .replace('19999', `${chaincode2}`);
    await writeFile(path.join(folder, 'network.yaml'), ours);
    await cp(path.join(EXAMPLE, 'collections.json'), path.join(folder, 'collections.json'));
    for (const port of [chaincode1, chaincode2]) {
      processes.start(path.join(EXAMPLE, 'asset-chaincode.cjs'), {
        CHAINCODE_ID: 'asset',
        CHAINCODE_SERVER_ADDRESS: `127.0.0.1:${port}`,
      });
    }
    const connection = path.join(folder, 'connection.json');
    const data = path.join(folder, 'data');
    const place = ['--topology', path.join(folder, 'network.yaml'), '--data', data, '--connection-out', connection];
    const up = spawn(process.execPath, medquorumArguments('network', 'up', ...place), {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = collect(up);
    try {
      await log.until((text) => text.includes('is ready after'));
      const { stdout } = await run(process.execPath, [path.join(EXAMPLE, 'client.mjs'), connection]);
      expect(stdout).toBe('bob\n{"id":"car","owner":"bob"}\n9000\n');
      expect(log.text()).toMatch(
        /VALID {2}block \d+ {2}asset\.transfer {2}by alice\.org1\.example@Org1MSP {2}endorsed by/,
      );
      const status = await run(process.execPath, medquorumArguments('network', 'status', '--data', data));
      expect(status.stdout).toContain(`Org2MSP  127.0.0.1:${peer2}  answers`);
      await run(process.execPath, medquorumArguments('network', 'down', '--data', data));
      expect(up.exitCode ?? (await once(up, 'exit'))[0]).toBe(0);
    } finally {
      up.kill('SIGKILL');
    }
  });
});

/** Everything a process writes, and waiting for something in it. */
function collect(child: ChildProcess) {
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  }
  return {
    text: () => text,
    until: (condition: (text: string) => boolean) =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if (condition(text)) resolve();
        };
        listeners.add(check);
        child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
        check();
      }),
  };
}
