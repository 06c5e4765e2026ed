import path from 'node:path';
import type { OrganizationConnection } from '@medquorum/network/connection/connection-file';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { materialLayout } from '@medquorum/network/pki/material-layout';
import { renewCertificates } from '@medquorum/network/pki/renew-certificate';
import { revokeCertificate } from '@medquorum/network/pki/revoke-certificate';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { AssetNetwork } from './asset-network.ts';
import { connectGateway } from './gateway-client.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('identities that a running network refuses', () => {
  let network: AssetNetwork;
  let topology: Topology;
  let org1: OrganizationConnection;
  beforeAll(async () => {
    network = await AssetNetwork.prepare();
    topology = await loadTopology(network.topologyFile);
    // Older than today, so that a certificate under these roots can have expired.
    await generateMaterial(topology, network.materialDirectory, { nowMs: Date.now() - 3 * DAY_MS });
    const [first] = await network.up();
    if (first === undefined) throw new Error('no organisation');
    org1 = first;
  });
  afterAll(() => network.close());

  /** The outcome of a write as somebody: the owner written, or what the client was told. */
  async function writeAs(key: string, user?: Readonly<{ cert: string; key: string }>): Promise<string> {
    const { gateway, close } = await connectGateway(org1, user);
    try {
      const contract = gateway.getNetwork('mychannel').getContract('asset');
      return Buffer.from(await contract.submitTransaction('create', key, 'somebody')).toString();
    } catch (error) {
      const details = (error as { details?: readonly { message: string }[] }).details ?? [];
      return details.map(({ message }) => message).join('\n');
    } finally {
      close();
    }
  }

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

  it('refuses one from the moment it is revoked, and takes its successor', async () => {
    expect(await writeAs('before')).toBe('before');
    const taken = network.says('Org1MSP: revocation list taken over');
    await revokeCertificate(topology, network.materialDirectory, 'org1', { holder: 'user1' });
    await taken;
    expect(await writeAs('revoked')).toContain('access denied: channel [mychannel] creator org [Org1MSP]');
    expect(await writeAs('admin', filesOf(network.materialDirectory, 'admin'))).toBe('admin');
    await renewCertificates(topology, network.materialDirectory, 'org1', 'user1', { key: 'new-key' });
    expect(await writeAs('successor')).toBe('successor');
  });
});
