import path from 'node:path';
import type { OrganizationConnection } from '@medquorum/network/connection/connection-file';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { materialLayout } from '@medquorum/network/pki/material-layout';
import { renewCertificates } from '@medquorum/network/pki/renew-certificate';
import { testEngine } from '@medquorum/network/testing/test-engine';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { AssetNetwork } from './asset-network.ts';
import { type UserFiles, writeAs as writeAsOf } from './write-as.ts';

/** Fabric's programs take their time to start on a busy machine. */
const START_TIMEOUT_MS = 180_000;
const DAY_MS = 24 * 60 * 60 * 1000;

describe('identities that a running network refuses', () => {
  let network: AssetNetwork;
  let topology: Topology;
  let org1: OrganizationConnection;
  beforeAll(async () => {
    network = await AssetNetwork.prepare(testEngine());
    topology = await loadTopology(network.topologyFile);
    // Older than today, so that a certificate under these roots can have expired.
    await generateMaterial(topology, network.materialDirectory, { nowMs: Date.now() - 3 * DAY_MS });
    const [first] = await network.up();
    if (first === undefined) throw new Error('no organisation');
    org1 = first;
  }, START_TIMEOUT_MS);
  afterAll(() => network.close(), START_TIMEOUT_MS);

  const writeAs = (key: string, user?: UserFiles) => writeAsOf(org1, key, user);
  const filesOf = (directory: string, user: string) => {
    const { certificate, key } = materialLayout(directory).organization('org1').holder('users', user).msp;
    return { cert: certificate, key };
  };

  it('takes those that are in order', async () => {
    expect(await writeAs('fine')).toBe('fine');
  });

  it('refuses one of another authority with the same names', async () => {
    const foreign = path.join(network.folder, 'foreign');
    await generateMaterial(topology, foreign);
    expect(await writeAs('foreign', filesOf(foreign, 'user1'))).toContain('creator org unknown, creator is malformed');
  });

  it('refuses one that has expired, and takes its renewal', async () => {
    const expired = { days: 1, nowMs: Date.now() - 2 * DAY_MS };
    await renewCertificates(topology, network.materialDirectory, 'org1', 'user1', expired);
    expect(await writeAs('expired')).toContain('proposal client identity expired');
    await renewCertificates(topology, network.materialDirectory, 'org1', 'user1');
    expect(await writeAs('renewed')).toBe('renewed');
  });
});
