import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { NODE_DATA, peerFolder } from '../../fabric/node-processes.ts';
import { generateMaterial } from '../../pki/generate-material.ts';
import { topologyFrom } from '../../topology/load-topology.ts';
import { topologyDraft } from '../../topology/testing/topology-draft.ts';
import { Operator } from '../operator.ts';
import { networkFolder } from '../run-nodes.ts';
import { createBackup, restoreBackup } from './backup.ts';

const BLOCK = 7;

describe('a backup of an organisation', () => {
  let folder: string;
  const at = (...names: string[]) => path.join(folder, ...names);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'backup-'));
    await generateMaterial(topology, at('keys'));
    told = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const topology = topologyFrom({
    ...topologyDraft(),
    orderers: {
      consensus: 'raft',
      nodes: [
        { name: 'orderer1', port: 7011 },
        { name: 'orderer2', port: 7012, operator: 'org-a' },
      ],
    },
  });
  const place = () => ({ directory: at('saved'), keysDirectory: at('saved-keys') });
  const peerKey = (keys: string) => at(keys, 'org-a', 'private', 'peers', 'peer0', 'msp', 'keystore', 'key.pem');

  const operating = () =>
    new Operator({
      topology,
      materialDirectory: at('keys'),
      dataDirectory: at('data'),
      binaries: { peer: at('peer'), orderer: '', configtxgen: '', configtxlator: '', osnadmin: '' },
      report: (line) => told.push(line),
    });
  let told: string[];

  /** A `peer` that says it has {@link BLOCK}, beside a snapshot of it. */
  async function save(): Promise<void> {
    const info = new common.BlockchainInfo();
    info.setHeight(BLOCK + 1);
    const hex = Buffer.from(info.serializeBinary()).toString('hex');
    await writeFile(at('peer'), `#!/bin/sh\necho ${hex}\n`);
    await chmod(at('peer'), 0o755);
    const operator = operating();
    const organization = operator.organization('org-a');
    const data = path.join(peerFolder(networkFolder(at('data')), organization, organization.peers[0]), NODE_DATA);
    const snapshot = path.join(data, 'snapshots', 'completed', operator.channel, String(BLOCK));
    await mkdir(snapshot, { recursive: true });
    const metadata = JSON.stringify({ last_block_number: BLOCK });
    await writeFile(path.join(snapshot, '_snapshot_signable_metadata.json'), metadata);
    await writeFile(path.join(snapshot, 'public_state.data'), 'state');
    await createBackup(operator, organization, place());
  }

  const restore = () => restoreBackup(place(), { dataDirectory: at('new'), materialDirectory: at('new-keys') });
  const refusal = async () => {
    const { message } = await restore().then(
      () => ({ message: 'restored' }),
      (error: Error) => error,
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('new'))).toEqual([]);
    return message;
  };

  it("is restored with the organisation's keys and the public folders of the others", async () => {
    await save();
    await mkdir(at('saved-keys', 'of-something-else'));
    await writeFile(at('saved-keys', 'of-something-else', 'file'), '');
    expect(await restore()).toMatchObject({ mspId: 'AMSP', snapshot: { blockNumber: BLOCK } });
    expect(await readFile(peerKey('new-keys'))).toEqual(await readFile(peerKey('keys')));
    expect((await readdir(at('new-keys'))).sort()).toEqual(['orderer', 'org-a', 'org-b']);
    expect(await readdir(at('new-keys', 'org-b'))).toEqual(['public']);
  });

  it('has the keys of the orderers that the organisation operates, and no other of the ordering service', async () => {
    await save();
    expect(told).toEqual([]);
    expect(await restore()).toMatchObject({ orderers: { mspId: 'OrdererMSP', operated: ['orderer2'] } });
    expect((await readdir(at('new-keys', 'orderer'))).sort()).toEqual(['private', 'public']);
    expect(await readdir(at('new-keys', 'orderer', 'private'), { recursive: true })).toEqual(
      expect.arrayContaining(['orderers', 'orderers/orderer2/msp/keystore/key.pem', 'orderers/orderer2/tls/tls.key']),
    );
    expect(await readdir(at('new-keys', 'orderer', 'private'))).toEqual(['orderers']);
    expect(await readdir(at('new-keys', 'orderer', 'private', 'orderers'))).toEqual(['orderer2']);
    await appendFile(at('saved-keys', 'orderer', 'private', 'orderers', 'orderer2', 'tls', 'tls.key'), 'x');
    await expect(restore()).rejects.toThrow(/MQ_BACKUP_DAMAGED: .*tls\.key/);
  });

  it('tells of an operated orderer whose keys are elsewhere', async () => {
    await rm(at('keys', 'orderer', 'private'), { recursive: true });
    await save();
    expect(told).toEqual([expect.stringContaining('the keys of orderer2 are not in ')]);
  });

  it('of the ordering service is its keys alone', async () => {
    expect(await createBackup(operating(), topology.orderers, place())).toBeUndefined();
    expect(await restore()).toMatchObject({ mspId: 'OrdererMSP', orderers: { operated: ['orderer1'] } });
    const own = (keys: string) => readdir(at(keys, 'orderer'), { recursive: true });
    expect((await own('new-keys')).sort()).toEqual((await own('keys')).sort());
    expect(await readdir(at('new-keys', 'org-a'))).toEqual(['public']);
    expect(await readdir(at('new', 'restored'))).toEqual(['topology.json']);
  });

  it("is refused at once where the peer's data is elsewhere, unless it is of keys alone", async () => {
    const organization = operating().organization('org-a');
    await expect(createBackup(operating(), organization, place())).rejects.toThrow(
      /^MQ_OPERATION_REFUSED: .* has no data of peer0 of org-a: .*--data.*--keys-only/,
    );
    expect(await createBackup(operating(), organization, place(), true)).toBeUndefined();
    expect(await restore()).toMatchObject({ mspId: 'AMSP', snapshot: undefined });
    expect(await readFile(peerKey('new-keys'))).toEqual(await readFile(peerKey('keys')));
  });

  it('is none where copying the keys was cut short', async () => {
    // A file that cannot be copied, among the keys that come last.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('keys', 'org-b', 'public', 'socket'), resolve));
    try {
      await expect(save()).rejects.toThrow('socket');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await refusal()).toMatch(/^MQ_BACKUP_DAMAGED: .*backup\.json cannot be read/);
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['a key is missing', () => rm(peerKey('saved-keys')), /key\.pem is not as it was saved/],
    ['a key is cut short', () => truncate(peerKey('saved-keys'), 100), /key\.pem is not as it was saved/],
    [
      'the public folder of another organisation has a file more',
      () => writeFile(at('saved-keys', 'org-b', 'public', 'msp', 'cacerts', 'more.pem'), ''),
      /more\.pem is not as it was saved/,
    ],
    ["all the organisation's keys are missing", () => rm(at('saved-keys', 'org-a'), { recursive: true }), /org-a/],
    ['the list of keys is missing', () => rm(at('saved-keys', 'backup-keys.json')), /backup-keys\.json cannot be read/],
    [
      'the list of keys is of another backup',
      () => appendFile(at('saved-keys', 'backup-keys.json'), '\n'),
      /backup-keys\.json is of another backup/,
    ],
    ['the snapshot is missing', () => rm(at('saved', 'snapshot'), { recursive: true }), /snapshot/],
    ['backup.json is cut short', () => truncate(at('saved', 'backup.json'), 100), /backup\.json cannot be read/],
  ])('is refused before anything is written where %s', async (_, harm, reason) => {
    await save();
    await harm();
    const message = await refusal();
    expect(message).toMatch(/^MQ_BACKUP_DAMAGED: /);
    expect(message).toMatch(reason);
  });
});
