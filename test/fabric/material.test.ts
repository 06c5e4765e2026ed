import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { materialLayout } from '@medquorum/network/pki/material-layout';
import { revokeCertificate } from '@medquorum/network/pki/revoke-certificate';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import { describeFabric } from './describe-fabric.ts';

const run = promisify(execFile);

describeFabric('key material', (binaries) => {
  const topology = topologyFrom({
    version: 1,
    channel: { name: 'mychannel' },
    organizations: [{ mspId: 'AMSP', name: 'org-a', domain: 'a.example', peers: [{ name: 'peer0', port: 0 }] }],
    chaincodes: [],
  });
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'material-'));
    await generateMaterial(topology, folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is an MSP to configtxgen, its revocation list included', async () => {
    await revokeCertificate(topology, folder, 'org-a', { holder: 'user1' });
    const MSPDir = materialLayout(folder).organization('org-a').publicMsp.root;
    const policy = { Type: 'Signature', Rule: "OR('AMSP.member')" };
    const Policies = { Readers: policy, Writers: policy, Admins: policy, Endorsement: policy };
    const configtx = { Organizations: [{ Name: 'AMSP', ID: 'AMSP', MSPDir, Policies }] };
    await writeFile(path.join(folder, 'configtx.yaml'), JSON.stringify(configtx));
    const { stdout } = await run(binaries.configtxgen, ['-configPath', folder, '-printOrg', 'AMSP']);
    const { config } = JSON.parse(stdout).values.MSP.value;
    expect(config.name).toBe('AMSP');
    expect(config.revocation_list).toHaveLength(1);
    expect(config.fabric_node_ous.enable).toBe(true);
    expect(config.tls_root_certs).toHaveLength(1);
  });
});
