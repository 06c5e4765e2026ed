import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EXIT_OK, EXIT_USAGE } from './command.ts';
import { NETWORK_COMMANDS } from './commands.ts';
import { runCommand } from './main.ts';

describe('medquorum chaincode package', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'package-'));
    for (const name of ['ca.pem', 'tls.pem', 'tls.key']) await writeFile(path.join(folder, name), `${name}\n`);
  });
  afterEach(() => rm(folder, { recursive: true }));
  const at = (name: string) => path.join(folder, name);

  async function run(...options: string[]) {
    const written = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof written) => ({
      write(text: string) {
        written[stream] += text;
      },
    });
    const context = { stdout: into('stdout'), stderr: into('stderr'), signal: new AbortController().signal };
    const status = await runCommand(['chaincode', 'package', ...options], NETWORK_COMMANDS, context);
    return { status, ...written };
  }
  const BASE = ['--name', 'ehr', '--version', '1.0'];
  const ADDRESS = ['--address', 'chaincode.example:7054'];

  it('prints the package id, the same for the same input, and keeps the file to its owner', async () => {
    const tls = ['--tls-ca', at('ca.pem'), '--tls-cert', at('tls.pem'), '--tls-key', at('tls.key')];
    const first = await run(...BASE, ...ADDRESS, ...tls, '--out', at('a.tar.gz'));
    const second = await run(...BASE, ...ADDRESS, ...tls, '--out', at('b.tar.gz'));
    expect(first).toMatchObject({ status: EXIT_OK, stdout: expect.stringMatching(/^ehr_1\.0:[0-9a-f]{64}\n$/) });
    expect(second.stdout).toBe(first.stdout);
    expect(await readFile(at('a.tar.gz'))).toEqual(await readFile(at('b.tar.gz')));
    expect((await stat(at('a.tar.gz'))).mode & 0o777).toBe(0o600);
    const plain = await run(...BASE, ...ADDRESS, '--out', at('c.tar.gz'));
    expect(plain.stdout).not.toBe(first.stdout);
    expect(plain.stderr).toContain('without TLS');
  });

  it.each([
    [['--version', '1', ...ADDRESS, '--out', 'x'], '--name is missing'],
    [[...BASE, ...ADDRESS], '--out is missing'],
    [['--name', 'e h r', '--version', '1', ...ADDRESS, '--out', 'x'], '--name is "e h r"'],
    [[...BASE, '--address', 'chaincode.example', '--out', 'x'], '--address is'],
    [[...BASE, '--address', 'chaincode.example:65536', '--out', 'x'], 'ports end at 65535'],
    [[...BASE, ...ADDRESS, '--out', 'x', '--tls-key', 'k'], '--tls-cert and --tls-key go together'],
    [[...BASE, ...ADDRESS, '--out', 'x', '--tls-key', 'k', '--tls-cert', 'c'], '--tls-cert needs --tls-ca'],
  ])('refuses %j', async (options, said) => {
    expect(await run(...options)).toMatchObject({ status: EXIT_USAGE, stderr: expect.stringContaining(said) });
  });

  it('names a file that is not there', async () => {
    const absent = await run(...BASE, ...ADDRESS, '--out', at('x.tar.gz'), '--tls-ca', at('absent.pem'));
    expect(absent).toMatchObject({ status: EXIT_USAGE, stderr: expect.stringContaining('absent.pem') });
  });
});
