import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './command.ts';
import { NETWORK_COMMANDS } from './commands.ts';
import { runCommand } from './main.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'cli-'));
  file = path.join(folder, 'network.json');
  await writeFile(file, JSON.stringify(topologyDraft()));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...argv: string[]) {
  const written = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof written) => ({
    write(text: string) {
      written[stream] += text;
    },
  });
  const context = { stdout: into('stdout'), stderr: into('stderr'), signal: new AbortController().signal };
  return { status: await runCommand(argv, NETWORK_COMMANDS, context), ...written };
}

const place = () => ['--topology', file, '--data', folder];

describe('medquorum', () => {
  it('lists its commands', async () => {
    const { status, stdout } = await run('--help');
    expect(status).toBe(EXIT_OK);
    for (const { name } of NETWORK_COMMANDS) expect(stdout).toContain(name);
  });

  it('lists those of a group when the command is not complete', async () => {
    const { status, stderr } = await run('pki');
    expect(status).toBe(EXIT_USAGE);
    expect(stderr).toContain('pki renew');
    expect(stderr).not.toContain('topology check');
  });

  it.each(NETWORK_COMMANDS.map(({ name }) => name))('%s has help and refuses unknown options', async (name) => {
    const help = await run(...name.split(' '), '--help');
    expect([help.status, help.stdout.split('\n')[0]]).toEqual([EXIT_OK, expect.stringContaining(`medquorum ${name}`)]);
    const wrong = await run(...name.split(' '), '--no-such-option');
    expect([wrong.status, wrong.stdout]).toEqual([EXIT_USAGE, '']);
    expect(wrong.stderr).toContain('--no-such-option');
  });
});

describe('topology check', () => {
  it('sums up a good topology', async () => {
    const { status, stdout } = await run('topology', 'check', '--topology', file);
    expect([status, stdout]).toEqual([
      EXIT_OK,
      'channel mychannel: 2 organisations, 1 orderers (raft), 1 chaincodes\n',
    ]);
  });

  it('lists what is wrong in a bad one', async () => {
    await writeFile(file, JSON.stringify({ ...topologyDraft(), version: 2 }));
    const { status, stdout, stderr } = await run('topology', 'check', '--topology', file);
    expect([status, stdout]).toEqual([EXIT_FAILED, '']);
    expect(stderr).toContain(`MQ_TOPOLOGY_INVALID: ${file}: version: found 2; allowed: 1`);
  });
});

describe('pki', () => {
  it('generates, lists, renews and revokes', async () => {
    expect((await run('pki', 'generate', ...place())).stdout).toContain(
      path.join('org-a', 'private', 'peers', 'peer0'),
    );
    expect((await run('pki', 'generate', ...place())).stdout).toBe('');
    const renewed = await run('pki', 'renew', ...place(), '--org', 'org-a', '--name', 'user1', '--days', '3');
    expect(renewed.status).toBe(EXIT_OK);
    const revoked = await run('pki', 'revoke', ...place(), '--org', 'AMSP', '--name', 'user1');
    const serialNumber = revoked.stdout.trim();
    const { stdout } = await run('pki', 'list', ...place(), '--org', 'org-a');
    expect(stdout).toMatch(new RegExp(`revoked .* \\( +2 d\\) .*${serialNumber}  user1\\.a\\.example`));
    const list = path.join(folder, 'keys', 'org-a', 'public', 'msp', 'crls', 'crl.pem');
    expect(await readFile(list, 'utf8')).toContain('BEGIN X509 CRL');
  });

  it.each([
    [['renew', '--org', 'org-a'], '--name is missing'],
    [['revoke', '--org', 'org-a'], 'give --name or --serial'],
    [['generate', '--days', '0'], '--days is "0"; allowed: 1 to 5475'],
  ])('%j is a wrong command line', async (argv, message) => {
    const { status, stderr } = await run('pki', ...argv, ...place());
    expect([status, stderr]).toEqual([EXIT_USAGE, expect.stringContaining(message)]);
  });

  it('names organisations and holders that do not exist', async () => {
    const { status, stderr } = await run('pki', 'renew', ...place(), '--org', 'nobody', '--name', 'x');
    expect([status, stderr]).toEqual([EXIT_FAILED, expect.stringContaining('MQ_PKI_UNKNOWN_NODE')]);
  });
});

describe('fabric install', () => {
  it('takes nothing but the pinned archive', async () => {
    const server = createServer((_, response) => response.end('not the release'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { status, stdout, stderr } = await run('fabric', 'install', '--directory', folder, '--base-url', mirror);
      expect([status, stdout]).toEqual([EXIT_FAILED, '']);
      // Where no archive is pinned for this platform, the command says so instead.
      expect(stderr).toMatch(/MQ_FABRIC_ARCHIVE_WRONG: the archive from .* has SHA-256|no pinned release/);
    } finally {
      server.close();
    }
  });
});
