import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { FabricMaterial } from './fabric-material.ts';
import { NODE_DATA, peerFolder, peerProcess } from './node-processes.ts';
import { discardPartialBuilds } from './partial-builds.ts';

const COMPLETE = {
  'build-info.json': '{"builder_name":"ccaas"}',
  'release/chaincode/server/connection.json': '{"address":"127.0.0.1:7071"}',
  'bld/connection.json': '{"address":"127.0.0.1:7071"}',
};

describe('builds of chaincode packages before their peer starts', () => {
  let directory: string;
  let data: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'partial-builds-'));
    data = directory;
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const folderOf = (name: string) => path.join(data, 'externalbuilder', 'builds', name);
  const build = (name: string, files: Readonly<Record<string, string>>) => {
    mkdirSync(folderOf(name), { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folderOf(name), file)), { recursive: true });
      writeFileSync(path.join(folderOf(name), file), text);
    }
  };

  it('stay where they are complete', () => {
    build('asset_1', COMPLETE);
    discardPartialBuilds(data);
    expect(existsSync(folderOf('asset_1'))).toBe(true);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['nothing in it', {}],
    ['no text yet', { 'build-info.json': '' }],
    ['only what names the builder', { 'build-info.json': COMPLETE['build-info.json'] }],
    ['half a release', { ...COMPLETE, 'release/chaincode/server/connection.json': '{"addr' }],
    ['no output of the build', { ...COMPLETE, 'bld/connection.json': '' }],
  ])('are deleted where one has %s, and no other', (_, files) => {
    build('asset_1', COMPLETE);
    build('asset_2', files);
    discardPartialBuilds(data);
    expect(['asset_1', 'asset_2'].map((name) => existsSync(folderOf(name)))).toEqual([true, false]);
  });

  it('are looked at when a peer is made ready to start', () => {
    const topology = topologyFrom(topologyDraft());
    const [organization] = topology.organizations;
    if (organization === undefined) throw new Error('no organisation');
    const [peer] = organization.peers;
    data = path.join(peerFolder(directory, organization, peer), NODE_DATA);
    build('asset_1', COMPLETE);
    build('asset_2', {});
    const material = new FabricMaterial(topology, '/keys');
    const binaries = { peer: 'peer', orderer: '', configtxgen: '', configtxlator: '', osnadmin: '' };
    peerProcess({ organization, peer, material, binaries, directory, builderDirectory: '/builder' });
    expect(['asset_1', 'asset_2'].map((name) => existsSync(folderOf(name)))).toEqual([true, false]);
  });

  it('need not be there', () => {
    discardPartialBuilds(path.join(data, 'none'));
    expect(existsSync(path.join(data, 'none'))).toBe(false);
  });
});
