import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { FABRIC_PROGRAMS } from '../fabric/fabric-binaries.ts';
import { FabricMaterial } from '../fabric/fabric-material.ts';
import { Operator } from '../operations/operator.ts';
import { joinPeerNode } from '../operations/run-nodes.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { chaincodeInstall } from './chaincode-install.ts';
import { chaincodeUpgrade } from './chaincode-upgrade.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from './command.ts';

/** Answers as Fabric's programs do, from files of the test, and notes what it was asked to change. */
const PROGRAM = `#!/bin/sh
case "$1 $2 $3" in
  version*) echo 'Version: v3.1.5' ;;
  'channel list '*) cat "$STATE/channels" ;;
  'channel join '*) cat "$STATE/joins" >> "$STATE/channels" ;;
  *' calculatepackageid') echo 'asset_1.0:own' ;;
  *' queryinstalled') echo '{}' ;;
  *' querycommitted') cat "$STATE/committed" ;;
  *' queryapproved')
    if [ -f "$STATE/approved" ]; then cat "$STATE/approved"
    else echo "Error: query failed with status: 500 - could not fetch approved chaincode definition (name: 'asset', sequence: '1') on channel 'mychannel'"; exit 1
    fi ;;
  *' approveformyorg')
    case "$*" in *'--package-id asset_1.0:own '*) echo 'approveformyorg own' >> "$STATE/changes" ;; esac ;;
  *' install'|*' commit') echo "$3" >> "$STATE/changes" ;;
esac
`;

let folder = '';
const { STATE, FABRIC_BIN } = process.env;
const file = (name: string) => path.join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'peer-program-'));
  for (const program of FABRIC_PROGRAMS) {
    await writeFile(file(program), PROGRAM);
    await chmod(file(program), 0o755);
  }
  Object.assign(process.env, { STATE: folder, FABRIC_BIN: folder });
});
afterEach(async () => {
  for (const [name, value] of Object.entries({ STATE, FABRIC_BIN }))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  await rm(folder, { recursive: true });
});

/** What the program prints of an approval. */
const approvedWith = (packageId: string) =>
  JSON.stringify({ version: '1.0', source: { Type: { LocalPackage: { package_id: packageId } } } });

/** Runs a command with the package in a file, where the administrator of the first organisation is. */
async function onPackage(command: Command, ...options: string[]): Promise<number> {
  await writeFile(file('topology.json'), JSON.stringify(topologyDraft()));
  await writeFile(file('package'), '');
  const { key } = new FabricMaterial(topologyFrom(topologyDraft()), file('keys')).admin('AMSP').msp;
  await mkdir(path.dirname(key), { recursive: true });
  await writeFile(key, '');
  const place = ['--topology', file('topology.json'), '--data', folder, '--keys', file('keys')];
  const stream = { write: () => {} };
  const context = { stdout: stream, stderr: stream, signal: new AbortController().signal };
  return command.run([...options, '--package', file('package'), ...place], context);
}

describe('chaincode upgrade, once the definition is committed', () => {
  async function upgrade(...options: string[]) {
    const status = await onPackage(chaincodeUpgrade, ...options);
    const changes = await readFile(file('changes'), 'utf8').catch(() => '');
    return { status, changes: changes.split('\n').filter((line) => line !== '') };
  }
  const committed = (version: string, sequence: number) =>
    writeFile(
      file('committed'),
      JSON.stringify({ chaincode_definitions: [{ name: 'asset', version, sequence, validation_parameter: '' }] }),
    );
  const BOTH = ['install', 'approveformyorg own'];

  it.each([
    ['has approved nothing', undefined, BOTH],
    ['has approved with another package', 'asset_1.0:other', BOTH],
    ['has approved with this package', 'asset_1.0:own', []],
  ])('installs and approves, and does not commit again, for an organisation that %s', async (_, packageId, changes) => {
    await committed('1.0', 1);
    if (packageId !== undefined) await writeFile(file('approved'), approvedWith(packageId));
    expect(await upgrade('--org', 'org-a')).toEqual({ status: EXIT_OK, changes });
  });

  it('leaves an organisation that is not named with the package that it has approved', async () => {
    await committed('1.0', 1);
    await writeFile(file('approved'), approvedWith('asset_1.0:other'));
    expect(await upgrade()).toEqual({ status: EXIT_OK, changes: [] });
    await rm(file('approved'));
    expect(await upgrade()).toEqual({ status: EXIT_OK, changes: BOTH });
  });

  it('changes nothing where it is told not to, or another version or a later sequence is committed', async () => {
    await committed('1.0', 1);
    expect(await upgrade('--org', 'org-a', '--dry-run')).toEqual({ status: EXIT_OK, changes: [] });
    for (const [version, sequence] of [
      ['2.0', 1],
      ['1.0', 2],
    ] as const) {
      await committed(version, sequence);
      expect(await upgrade('--org', 'org-a')).toEqual({ status: EXIT_FAILED, changes: [] });
    }
  });
});

describe('chaincode install', () => {
  it('takes the package in a file, where that is the one that its organisation has approved', async () => {
    const install = () => onPackage(chaincodeInstall, '--org', 'org-a');
    await writeFile(file('approved'), approvedWith('asset_1.0:other'));
    await expect(install()).rejects.toThrow(/MQ_OPERATION_REFUSED: .*asset_1.0:other; the file is asset_1.0:own/);
    await writeFile(file('approved'), approvedWith('asset_1.0:own'));
    expect(await install()).toBe(EXIT_OK);
    expect(await readFile(file('changes'), 'utf8')).toBe('install\n');
  });
});

describe('joinPeerNode', () => {
  it.each([
    ['mychannel', undefined],
    ['another', 'MQ_FIRST_BLOCK_REFUSED'],
  ])('with the first block of %s ends with %s', async (joined, code) => {
    const topology = topologyFrom(topologyDraft());
    const told: string[] = [];
    const operator = new Operator({
      topology,
      materialDirectory: file('keys'),
      dataDirectory: folder,
      binaries: Object.fromEntries(FABRIC_PROGRAMS.map((name) => [name, file(name)])) as Operator['binaries'],
      report: (line) => told.push(line),
    });
    await writeFile(file('channels'), '');
    await writeFile(file('joins'), `${joined}\n`);
    const organization = operator.organization('org-a');
    const [peer] = organization.peers;
    const ended = await joinPeerNode(operator, { organization, peer, block: file('block') }).catch((error) => error);
    expect(ended?.code).toBe(code);
    expect(told).toHaveLength(code === undefined ? 1 : 0);
  });
});
