import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generateMaterial } from '../pki/generate-material.ts';
import { materialLayout } from '../pki/material-layout.ts';
import { renewCertificates } from '../pki/renew-certificate.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { FabricMaterial } from './fabric-material.ts';
import { organizationPackage } from './organization-package.ts';

describe('organizationPackage', () => {
  const topology = topologyFrom(topologyDraft());
  const [chaincode] = topology.chaincodes;
  const [organization] = topology.organizations;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'package-'));
    await generateMaterial(topology, folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const packageId = async () => {
    if (chaincode === undefined || organization === undefined) throw new Error('the draft has both');
    const made = await organizationPackage(chaincode, organization, new FabricMaterial(topology, folder), 'mutual');
    return made?.packageId;
  };

  it('is another one when what peers show to the chaincode process is renewed, and only then', async () => {
    const before = await packageId();
    await renewCertificates(topology, folder, 'org-a', 'peer0', { key: 'new-key' });
    await renewCertificates(topology, folder, 'org-a', 'asset', { key: 'new-key' });
    expect(await packageId()).toBe(before);
    await renewCertificates(topology, folder, 'org-a', 'asset/client');
    expect(await packageId()).not.toBe(before);
  });

  it('says what makes the certificate that a key folder of an earlier version has not', async () => {
    const { client } = materialLayout(folder).organization('org-a').chaincode('asset');
    await rm(path.dirname(client.certificate), { recursive: true });
    await expect(packageId()).rejects.toThrow(/^MQ_PKI_MISSING: .*medquorum pki generate --org org-a/);
    expect(await generateMaterial(topology, folder)).toEqual({ created: [client.certificate] });
    expect(await packageId()).toMatch(/^asset_1\.0:[0-9a-f]{64}$/);
  });
});
