import type { OrganizationConnection } from '@medquorum/network/connection/connection-file';
import { materialLayout } from '@medquorum/network/pki/material-layout';
import { renewCertificates } from '@medquorum/network/pki/renew-certificate';
import { revokeCertificate } from '@medquorum/network/pki/revoke-certificate';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import { AssetNetwork } from './asset-network.ts';
import { writeAs } from './write-as.ts';

describe('a revoked identity, at once: Fabric learns of it by a change of the channel (test/fabric/certificates-and-backup)', () => {
  let network: AssetNetwork;
  let org1: OrganizationConnection;
  beforeAll(async () => {
    network = await AssetNetwork.prepare('embedded');
    const [first] = await network.up();
    if (first === undefined) throw new Error('no organisation');
    org1 = first;
  });
  afterAll(() => network.close());

  it('is refused from the moment it is revoked, and its successor taken', async () => {
    const topology = await loadTopology(network.topologyFile);
    const keys = network.materialDirectory;
    const admin = materialLayout(keys).organization('org1').holder('users', 'admin').msp;
    expect(await writeAs(org1, 'before')).toBe('before');
    await revokeCertificate(topology, keys, 'org1', { holder: 'user1' });
    await network.says(/Org1MSP: revocation list taken over/);
    expect(await writeAs(org1, 'revoked')).toContain('access denied: channel [mychannel] creator org [Org1MSP]');
    expect(await writeAs(org1, 'admin', { cert: admin.certificate, key: admin.key })).toBe('admin');
    await renewCertificates(topology, keys, 'org1', 'user1', { key: 'new-key' });
    expect(await writeAs(org1, 'successor')).toBe('successor');
  });
});
