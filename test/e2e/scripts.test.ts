import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { FABRIC_PROGRAMS } from '@medquorum/network/fabric/fabric-binaries';
import { EntryPoint } from './entry-point.ts';
import { moveTopology } from './moved-topology.ts';

const START_TIMEOUT_MS = 180_000;

describe('whether a CI run includes Fabric', () => {
  let programs = '';
  beforeEach(async () => {
    programs = await mkdtemp(path.join(tmpdir(), 'programs-'));
  });
  afterEach(() => rm(programs, { recursive: true, force: true }));

  /** A folder of programs that know their version and nothing else. */
  const release = async (version: string) => {
    for (const program of FABRIC_PROGRAMS) {
      const file = path.join(programs, program);
      await writeFile(file, `#!/bin/sh\nprintf '${program}:\\n Version: v${version}\\n'\n`);
      await chmod(file, 0o755);
    }
  };
  const ask = async (env: Readonly<Record<string, string>>) => {
    const asked = new EntryPoint('../.ci/has-fabric.mjs', [], { FABRIC_BIN: '', PATH: '', ...env });
    return { status: await asked.exit(), output: asked.output };
  };

  it.each(['FABRIC_BIN', 'PATH'])('it does where the suites find its programs, in %s', async (variable) => {
    await release('3.1.5');
    expect(await ask({ [variable]: programs })).toEqual({ status: 0, output: '' });
  });

  it('it does not where they refuse them, and says why in one line', async () => {
    await release('2.5.16');
    const { status, output } = await ask({ FABRIC_BIN: programs });
    expect([status, output]).toEqual([1, expect.stringMatching(/^FABRIC NOT RUN: .*MQ_FABRIC_VERSION.*\n$/)]);
  });
});

describe('npm start -- --reset', () => {
  it('deletes nothing of a folder in which no network kept its data', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'own-'));
    try {
      await writeFile(path.join(folder, 'diary'), '');
      const start = new EntryPoint('start.mjs', ['--reset', '--data', folder, '--topology', path.join(folder, 'none')]);
      // Were it to start, it would be told at once that no topology is there.
      expect([await start.exit(), start.output]).toEqual([1, expect.stringContaining('MQ_NOT_A_DATA_FOLDER')]);
      expect(await readdir(folder)).toEqual(['diary']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the password of the demo users', () => {
  const script = new URL('../../scripts/consortium/processes.mjs', import.meta.url).href;
  let folder = '';
  let file = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'demo-'));
    file = path.join(folder, 'development-password');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is made once, and anew where a full disk has left an empty file', async () => {
    const { demoUsers } = await import(script);
    await writeFile(file, '');
    const { password } = demoUsers(folder);
    expect(password).toMatch(/^[\w-]{12}$/);
    expect(await readFile(file, 'utf8')).toBe(password);
    expect(demoUsers(folder)).toEqual({ password });
    expect(await readdir(folder)).toEqual(['development-password']);
  });

  it('is not there where it cannot be written', async () => {
    // Of a process that may write no byte into a file, as on a full disk.
    const code = `(await import('${script}')).demoUsers(${JSON.stringify(folder)})`;
    const args = ['-c', 'ulimit -f 0; exec "$@"', 'sh', process.execPath, '--input-type=module', '--eval', code];
    const made = promisify(execFile)('sh', args, { env: { ...process.env, NODE_OPTIONS: '' } });
    await expect(made).rejects.toMatchObject({ stderr: expect.stringContaining('EFBIG') });
    expect(await readdir(folder)).not.toContain('development-password');
  });
});

describe('npm start, told to stop', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'told-to-stop-'));
    await moveTopology(folder);
  });
  // Only after a failed test does it find anything that still runs, and ends it.
  afterEach(() => new EntryPoint('medquorum.mjs', ['network', 'reset', '--yes', '--data', data()]).exit());
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const data = () => path.join(folder, 'data');
  const start = () =>
    new EntryPoint('start.mjs', ['--topology', path.join(folder, 'consortium.yaml'), '--data', data()]);
  const isHeld = () => existsSync(path.join(data(), 'run.json'));

  it(
    'by the end of who reads its output, ends in order',
    async () => {
      const started = start();
      await started.said('development certificates');
      expect(await started.readNoMore()).toBe(130);
      expect(isHeld()).toBe(false);
    },
    START_TIMEOUT_MS,
  );

  it(
    'by the end of its terminal while it loads charts, ends in order and at once',
    async () => {
      const started = start();
      await started.said('demo users are registered');
      expect(await started.stop('SIGHUP')).toBe(130);
      expect(started.output).not.toContain('charts loaded');
      expect(isHeld()).toBe(false);
    },
    START_TIMEOUT_MS,
  );
});

describe('the suites of a folder', () => {
  it.each(['/home/me/c++ (1)/med.quorum', 'C:\\me\\[a]', '/home/me/plain'])('are found in %s', async (directory) => {
    const { pathPattern } = await import(new URL('../../scripts/path-pattern.mjs', import.meta.url).href);
    const pattern = new RegExp(pathPattern(directory, 'test/network/(?!embedded-)'));
    expect(pattern.test(`${directory}/test/network/identities.test.ts`)).toBe(true);
    expect(pattern.test(`${directory}/test/network/embedded-kill.test.ts`)).toBe(false);
    expect(pattern.test(`/elsewhere${directory}/test/network/identities.test.ts`)).toBe(false);
  });
});
