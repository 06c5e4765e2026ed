import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fabricInstall } from '../cli/fabric-install.ts';
import { runCommand } from '../cli/main.ts';
import { networkUp } from '../cli/network-up.ts';
import { checkBinaries } from '../operations/doctor/check-binaries.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import {
  FABRIC_PROGRAMS,
  findFabricBinaries,
  findFabricInstallations,
  requireFabricBinaries,
} from './fabric-binaries.ts';
import { FABRIC_VERSION } from './official-releases.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'binaries-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A folder with programs that say no more than their version, as Fabric's do. */
async function release(name: string, version: string, programs: readonly string[] = FABRIC_PROGRAMS): Promise<string> {
  const directory = path.join(folder, name);
  await mkdir(directory, { recursive: true });
  for (const program of programs) {
    const file = path.join(directory, program);
    await writeFile(file, `#!/bin/sh\nprintf '${program}:\\n Version: v${version}\\n Commit SHA: 0\\n'\n`);
    await chmod(file, 0o755);
  }
  return directory;
}

const places = (fabricBin?: string, ...onPath: string[]) => ({
  fabricBin,
  searchPath: onPath.join(path.delimiter),
  projectDirectory: folder,
});

describe('findFabricInstallations', () => {
  it('finds each version once, in the order of the search, and no place that lacks a program', async () => {
    const older = await release('older', '2.5.16');
    const alias = path.join(folder, 'alias');
    await symlink(older, alias);
    const partly = await release('partly', '3.0.0', ['peer', 'orderer']);
    const newer = await release('newer', '3.1.5');
    await release('copy', '2.5.16');
    const own = await release(path.join('.fabric', 'bin'), '3.1.4');
    const found = await findFabricInstallations(places(newer, alias, older, partly, path.join(folder, 'copy')));
    expect(found.map(({ version, directory }) => [version, directory])).toEqual([
      ['3.1.5', newer],
      ['2.5.16', alias],
      ['3.1.4', own],
    ]);
    expect(found[1]?.binaries.osnadmin).toBe(path.join(alias, 'osnadmin'));
  });
});

describe('findFabricBinaries', () => {
  it('takes programs from several folders of the PATH', async () => {
    const peers = await release('peers', '3.1.5', ['peer']);
    const others = await release('others', '3.1.5', FABRIC_PROGRAMS.slice(1));
    expect(findFabricBinaries(places(undefined, peers, others))).toMatchObject({
      peer: path.join(peers, 'peer'),
      orderer: path.join(others, 'orderer'),
    });
    expect(findFabricBinaries(places(peers))).toBeUndefined();
  });
});

describe('requireFabricBinaries', () => {
  it('says in one line how to install what is missing', async () => {
    await expect(requireFabricBinaries(places('/nonexistent'))).rejects.toThrow(
      /^MQ_FABRIC_MISSING: [^\n]*npx medquorum fabric install[^\n]*$/,
    );
  });

  it('refuses programs of 2.x, and names those of 3.x that are here', async () => {
    const older = await release('older', '2.5.16');
    const peer = path.join(older, 'peer').replaceAll('\\', '\\\\');
    await expect(requireFabricBinaries(places(older))).rejects.toThrow(
      new RegExp(`^MQ_FABRIC_VERSION: ${peer} is version 2\\.5\\.16;[^\\n]*npx medquorum fabric install`),
    );
    const newer = await release('newer', '3.1.5');
    await expect(requireFabricBinaries(places(older, newer))).rejects.toThrow(`set FABRIC_BIN to ${newer}`);
    await expect(requireFabricBinaries(places(newer, older))).resolves.toMatchObject({
      peer: path.join(newer, 'peer'),
    });
  });

  it('looks at peer and orderer, which may come from different folders', async () => {
    const peers = await release('peers', '3.1.5', ['peer']);
    const others = await release('others', '2.5.16', FABRIC_PROGRAMS.slice(1));
    await expect(requireFabricBinaries(places(undefined, peers, others))).rejects.toThrow(
      /orderer is version 2\.5\.16/,
    );
  });
});

describe('with a FABRIC_BIN that lacks programs', () => {
  it('doctor warns, and says which are taken', async () => {
    const partly = await release('partly', '3.1.5', ['peer']);
    const whole = await release('whole', '3.1.5');
    const levels = async (fabricBin: string) =>
      (await checkBinaries(places(fabricBin, whole), true)).map(({ subject, level }) => `${subject} ${level}`);
    expect(await levels(partly)).toEqual(['Node.js ok', 'FABRIC_BIN warning', 'peer ok', 'orderer ok']);
    expect(await levels(whole)).toEqual(['Node.js ok', 'peer ok', 'orderer ok']);
  });
});

describe('fabric install', () => {
  const install = async (...argv: string[]) => {
    let output = '';
    const stream = { write: (text: string) => (output += text) };
    const context = { stdout: stream, stderr: stream, signal: new AbortController().signal };
    const status = await runCommand(['fabric', 'install', ...argv], [fabricInstall], context);
    return { status, output };
  };

  it('leaves alone a release that is there already', async () => {
    const bin = await release(path.join('own', 'bin'), FABRIC_VERSION);
    const unreachable = ['--base-url', 'http://127.0.0.1:1'];
    const again = await install('--directory', path.join(folder, 'own'), ...unreachable);
    expect(again).toEqual({ status: 0, output: `version ${FABRIC_VERSION} is there already\n${bin}\n` });
    const other = await install('--directory', path.join(folder, 'other'), ...unreachable);
    expect(other).toEqual({ status: 1, output: expect.stringContaining('MQ_FABRIC_DOWNLOAD_FAILED') });
  });

  it('refuses what is no URL as a wrong command line', async () => {
    expect(await install('--base-url', 'mirror')).toEqual({
      status: 2,
      output: expect.stringContaining('--base-url: mirror is no URL'),
    });
  });
});

describe('with programs of 2.x in FABRIC_BIN', () => {
  const before = process.env.FABRIC_BIN;
  beforeEach(async () => {
    process.env.FABRIC_BIN = await release('older', '2.5.16');
  });
  afterEach(() => {
    if (before === undefined) delete process.env.FABRIC_BIN;
    else process.env.FABRIC_BIN = before;
  });

  it('`network up --engine fabric` starts nothing and says what to do', async () => {
    const topology = path.join(folder, 'network.json');
    await writeFile(topology, JSON.stringify(topologyDraft()));
    let stderr = '';
    const status = await runCommand(
      ['network', 'up', '--engine', 'fabric', '--topology', topology, '--data', path.join(folder, 'data')],
      [networkUp(undefined)],
      {
        stdout: { write: () => true },
        stderr: { write: (text) => (stderr += text) },
        signal: new AbortController().signal,
      },
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/MQ_FABRIC_VERSION: .*older.peer is version 2\.5\.16; .*FABRIC_BIN/);
  });

  it('doctor calls it a problem where Fabric is needed, and a warning where it is not', async () => {
    const levels = async (needsFabric: boolean) =>
      (await checkBinaries(places(process.env.FABRIC_BIN), needsFabric)).map(({ subject, level }) => [subject, level]);
    expect(await levels(true)).toEqual([
      ['Node.js', 'ok'],
      ['peer', 'problem'],
      ['orderer', 'problem'],
    ]);
    expect((await levels(false)).slice(1)).toEqual([
      ['peer', 'warning'],
      ['orderer', 'warning'],
    ]);
  });
});
