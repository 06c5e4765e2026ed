import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

/** Every file below a folder with its text. */
async function contents(root: string): Promise<Readonly<Record<string, string>>> {
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => path.join(parentPath, name)).sort();
  return Object.fromEntries(await Promise.all(paths.map(async (each) => [each, await readFile(each, 'utf8')])));
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
    // What help offers is taken: the first option that is not known is named.
    const [option] = /--dry-run/.exec(help.stdout) ?? [];
    if (option !== undefined)
      expect((await run(...name.split(' '), option, '--no-such-option')).stderr).not.toContain(`'${option}'`);
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

  it('says what it would do with --dry-run, and does nothing', async () => {
    const keys = path.join(folder, 'keys');
    const planned = await run('pki', 'generate', ...place(), '--dry-run');
    expect(planned.stderr).toContain('nothing was done');
    expect(existsSync(keys)).toBe(false);
    expect((await run('pki', 'generate', ...place())).stdout).toBe(planned.stdout);
    const before = await contents(keys);
    for (const [what, written] of [
      [['generate', '--org', 'org-a'], /^$/],
      [['renew', '--org', 'org-a', '--name', 'user1', '--new-key'], /user1.*cert\.pem\n.*user1.*tls\.pem\n$/],
      [['renew', '--org', 'org-a', '--revocation-list'], /crl\.pem\n$/],
      [['revoke', '--org', 'org-a', '--name', 'user1'], /^[0-9a-f]{32}\n$/],
    ] as const) {
      const { status, stdout, stderr } = await run('pki', ...what, ...place(), '--dry-run');
      expect([status, stdout, stderr]).toEqual([
        EXIT_OK,
        expect.stringMatching(written),
        expect.stringContaining('nothing was done (--dry-run)'),
      ]);
    }
    expect(await contents(keys)).toEqual(before);
    const production = await run('pki', 'generate', ...place(), '--production', '--dry-run');
    expect(production.stderr).toContain('MQ_PKI_ENVIRONMENT');
  });

  it.each([
    [['renew', '--org', 'org-a', '--revocation-list', '--name', 'user1'], '--revocation-list goes with --org alone'],
    [['renew', '--org', 'org-a'], '--name is missing'],
    [['revoke', '--org', 'org-a'], 'give --name or --serial'],
    [['generate', '--days', '0'], '--days is "0"; allowed: 1 to 5475'],
  ])('%j is a wrong command line', async (argv, message) => {
    const { status, stderr } = await run('pki', ...argv, ...place());
    expect([status, stderr]).toEqual([EXIT_USAGE, expect.stringContaining(message)]);
  });

  it.each([
    ['compose', '--deployment', 'kubernetes'],
    ['compose', '--tls-secret', 'mine'],
    ['prometheus', '--image', 'mine'],
  ])('network render refuses for %s what means nothing there: %s', async (target, option, value) => {
    const { status, stderr } = await run('network', 'render', '--target', target, '--out', 'x', option, value);
    expect([status, stderr]).toEqual([EXIT_USAGE, expect.stringContaining(`${option} is of --target`)]);
  });

  it('names organisations and holders that do not exist', async () => {
    const { status, stderr } = await run('pki', 'renew', ...place(), '--org', 'nobody', '--name', 'x');
    expect([status, stderr]).toEqual([EXIT_FAILED, expect.stringContaining('MQ_TOPOLOGY_UNKNOWN_ORGANIZATION')]);
  });
});

describe('--org', () => {
  const options = () => [...place(), '--engine', 'fabric', '--json'];

  it('is a short name or an MSP id to doctor, as everywhere', async () => {
    const found = async (org: string) => {
      const { stdout } = await run('doctor', '--org', org, ...options());
      const { findings } = JSON.parse(stdout) as { findings: { check: string; detail: string; subject: string }[] };
      return findings.filter(({ check }) => check === 'ports');
    };
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const draft = topologyDraft();
    draft.organizations[0] = { ...draft.organizations[0], peers: [{ name: 'peer0', port }] };
    await writeFile(file, JSON.stringify(draft));
    try {
      for (const org of ['org-a', 'AMSP'])
        expect(await found(org)).toMatchObject([
          { subject: 'peer0 of org-a', detail: expect.stringContaining(`:${port} is taken`) },
        ]);
    } finally {
      server.close();
    }
  });

  it.each([
    ['doctor', () => ['doctor', ...options()]],
    ['render', () => ['network', 'render', '--target', 'prometheus', '--out', folder, ...place()]],
  ])('of nobody is refused by %s, which names those there are', async (_, argv) => {
    const { status, stdout, stderr } = await run(...argv(), '--org', 'nobody');
    expect([status, stdout]).toEqual([EXIT_FAILED, '']);
    expect(stderr).toMatch(/MQ_TOPOLOGY_UNKNOWN_ORGANIZATION: .*"nobody"; allowed: org-a \(AMSP\), .*orderer/);
    expect(await readdir(folder)).toEqual(['network.json']);
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
