import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Msp } from '../msp/msp.ts';
import { serializeIdentity } from '../msp/signing-identity.ts';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { ATTRIBUTES_OID } from './certificate-profile.ts';
import { generateMaterial } from './generate-material.ts';
import { listCertificates } from './list-certificates.ts';
import { loadMaterial, type OrganizationMaterial } from './load-material.ts';
import { materialLayout } from './material-layout.ts';
import { loadMspFolder } from './msp-folder.ts';
import { renewCertificates } from './renew-certificate.ts';
import { renewRevocationList, revokeCertificate } from './revoke-certificate.ts';
import { X509Certificate as ParsedCertificate, X509Crl } from './x509.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

function topology(vary: (draft: ReturnType<typeof topologyDraft>) => void = () => {}) {
  const draft = topologyDraft();
  draft.organizations[0] = { ...draft.organizations[0], clients: [{ name: 'alice', attributes: { role: 'auditor' } }] };
  vary(draft);
  return topologyFrom(draft);
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pki-'));
});
afterEach(() => rm(folder, { recursive: true }));

const load = async (mspId = 'AMSP'): Promise<OrganizationMaterial> => {
  const material = (await loadMaterial(topology(), folder)).get(mspId);
  if (material === undefined) throw new Error(`no material of ${mspId}`);
  return material;
};

const holder = (material: OrganizationMaterial, kind: 'peers' | 'users' | 'orderers', name: string) => {
  const found = material.holders[kind].get(name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

const fits = ({ certificatePem, privateKeyPem }: Readonly<{ certificatePem: string; privateKeyPem: string }>) =>
  new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem));

const certificatesOfAlice = () => {
  const { msp, tls } = materialLayout(folder).organization('org-a').holder('users', 'alice');
  return [msp.certificate, tls.certificate];
};

const identify = (material: OrganizationMaterial, certificatePem: string) =>
  new Msp(material.msp).deserialize(serializeIdentity(material.mspId, certificatePem), Buffer.from(certificatePem));

describe('generateMaterial', () => {
  it('gives every holder an identity of its role', async () => {
    await generateMaterial(topology(), folder);
    const own = await load();
    const orderer = await load('OrdererMSP');
    expect(identify(own, holder(own, 'peers', 'peer0').certificatePem).hasRole('peer')).toBe(true);
    expect(identify(own, holder(own, 'users', 'admin').certificatePem).hasRole('admin')).toBe(true);
    const alice = identify(own, holder(own, 'users', 'alice').certificatePem);
    expect([alice.hasRole('client'), alice.hasRole('admin'), alice.invalidReason]).toEqual([true, false, undefined]);
    expect(identify(orderer, holder(orderer, 'orderers', 'orderer1').certificatePem).hasRole('orderer')).toBe(true);
  });

  it('puts attributes where chaincode reads them', async () => {
    await generateMaterial(topology(), folder);
    const own = await load();
    const certificate = new ParsedCertificate(holder(own, 'users', 'alice').certificatePem);
    const value = Buffer.from(certificate.getExtension(ATTRIBUTES_OID)?.value ?? new ArrayBuffer(0)).toString();
    expect(JSON.parse(value)).toEqual({
      attrs: { role: 'auditor', 'hf.EnrollmentID': 'alice', 'hf.Type': 'client' },
    });
  });

  it('certifies the names and addresses of nodes for TLS, and keys that fit', async () => {
    await generateMaterial(topology(), folder);
    const own = await load();
    const { tls } = holder(own, 'peers', 'peer0');
    const certificate = new X509Certificate(tls.certificatePem);
    expect(certificate.checkHost('peer0.a.example')).toBeDefined();
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIssued(new X509Certificate(tls.rootCertificatePem))).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(tls.privateKeyPem))).toBe(true);
  });

  it('keeps private keys to their owner and out of the public bundle', async () => {
    await generateMaterial(topology(), folder);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const keys: string[] = [];
    for (const file of files.filter((entry) => entry.isFile())) {
      const name = path.join(file.parentPath, file.name);
      if (!(await readFile(name, 'utf8')).includes('PRIVATE KEY')) continue;
      keys.push(name);
      expect((await stat(name)).mode & 0o777).toBe(0o600);
    }
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((name) => name.includes(`${path.sep}public${path.sep}`))).toEqual([]);
  });

  it('keeps what is there when it is run again', async () => {
    const first = await generateMaterial(topology(), folder);
    const before = holder(await load(), 'peers', 'peer0');
    const second = await generateMaterial(topology(), folder);
    expect(first.created.length).toBeGreaterThan(0);
    expect(second.created).toEqual([]);
    expect(holder(await load(), 'peers', 'peer0')).toEqual(before);
  });

  it('makes only what a changed topology needs', async () => {
    await generateMaterial(topology(), folder);
    const moved = topology((draft) => {
      draft.organizations[1] = { ...draft.organizations[1], host: '10.0.0.9' };
    });
    const { created } = await generateMaterial(moved, folder);
    const names = created.map((file) => path.relative(folder, file)).sort();
    expect(names).toEqual(
      ['peers/peer0', 'users/user1'].map((who) => path.join('org-b', 'private', who, 'tls', 'tls.pem')),
    );
  });

  it('certifies anew a key that is not that of the certificate beside it', async () => {
    await generateMaterial(topology(), folder);
    const before = holder(await load(), 'users', 'alice');
    const old = await Promise.all(certificatesOfAlice().map((file) => readFile(file, 'utf8')));
    await renewCertificates(topology(), folder, 'org-a', 'alice', { key: 'new-key' });
    const newKey = holder(await load(), 'users', 'alice').privateKeyPem;
    // As where the renewal was killed between the two.
    for (const [index, file] of certificatesOfAlice().entries()) await writeFile(file, old[index] ?? '');
    const { created } = await generateMaterial(topology(), folder);
    expect(created).toEqual(certificatesOfAlice());
    const after = holder(await load(), 'users', 'alice');
    expect(after.privateKeyPem).toBe(newKey);
    expect(after.privateKeyPem).not.toBe(before.privateKeyPem);
    expect(fits(after)).toBe(true);
    expect(fits(after.tls)).toBe(true);
  });

  it('makes nothing for organisations of which only the public folder is there, nor for a node operated for one', async () => {
    await generateMaterial(topology(), folder);
    const { root, publicMsp } = materialLayout(folder).organization('org-b');
    const published = await readFile(publicMsp.rootCertificate, 'utf8');
    for (const authority of ['ca', 'tlsca', 'users'])
      await rm(path.join(root, 'private', authority), { recursive: true });
    const { created } = await generateMaterial(topology(), folder);
    expect(created).toEqual([]);
    expect(await readFile(publicMsp.rootCertificate, 'utf8')).toBe(published);
  });

  it('makes the pair of a chaincode package whole where it was renewed before it was ever made', async () => {
    await generateMaterial(topology(), folder);
    const { client } = materialLayout(folder).organization('org-a').chaincode('asset');
    await rm(path.dirname(client.key), { recursive: true });
    await renewCertificates(topology(), folder, 'org-a', 'asset/client');
    const root = new X509Certificate(await readFile(client.rootCertificate));
    expect(new X509Certificate(await readFile(client.certificate)).checkIssued(root)).toBe(true);
    await rm(client.rootCertificate);
    expect((await generateMaterial(topology(), folder)).created).toEqual([client.certificate]);
    expect(await readFile(client.rootCertificate, 'utf8')).toContain('CERTIFICATE');
  });

  it('names a private key that is none', async () => {
    await generateMaterial(topology(), folder);
    const { tls } = materialLayout(folder).organization('org-a').holder('peers', 'peer0');
    await writeFile(tls.key, '');
    await expect(generateMaterial(topology(), folder)).rejects.toMatchObject({
      code: 'MQ_PKI_DAMAGED',
      message: expect.stringContaining(tls.key),
    });
  });

  it('makes anew what is damaged, for the same key', async () => {
    await generateMaterial(topology(), folder);
    const before = holder(await load(), 'peers', 'peer0');
    const { msp, tls } = materialLayout(folder).organization('org-a').holder('peers', 'peer0');
    for (const { certificate } of [msp, tls]) await writeFile(certificate, 'no PEM');
    const { created } = await generateMaterial(topology(), folder);
    expect(created).toEqual([msp.certificate, tls.certificate]);
    const after = new X509Certificate(holder(await load(), 'peers', 'peer0').certificatePem);
    expect(after.checkPrivateKey(createPrivateKey(before.privateKeyPem))).toBe(true);
  });

  it('makes keys of one organisation only, when asked to', async () => {
    await generateMaterial(topology(), folder, { only: ['org-b'] });
    expect(await readdir(folder)).toEqual(['org-b']);
  });

  it('marks development and production material, and does not mix them', async () => {
    await generateMaterial(topology(), folder, { environment: 'production' });
    const own = await load();
    expect(own.environment).toBe('production');
    expect(new X509Certificate(`${own.msp.rootCerts[0]}`).subject).toContain('OU=production');
    await expect(generateMaterial(topology(), folder)).rejects.toThrow(
      'MQ_PKI_ENVIRONMENT: org-a has production material',
    );
  });

  it('needs of others the public bundle only', async () => {
    await generateMaterial(topology(), folder);
    await rm(path.join(folder, 'org-b', 'private'), { recursive: true });
    const other = await load('BMSP');
    expect(other.holders.peers.size).toBe(0);
    await rm(path.join(folder, 'org-b'), { recursive: true });
    await expect(load('BMSP')).rejects.toThrow('MQ_PKI_MISSING: there is no public bundle of org-b');
  });
});

describe('renewCertificates', () => {
  it('gives a new certificate for the same key', async () => {
    await generateMaterial(topology(), folder);
    const before = holder(await load(), 'users', 'alice');
    await renewCertificates(topology(), folder, 'org-a', 'alice');
    const after = holder(await load(), 'users', 'alice');
    expect(after.certificatePem).not.toBe(before.certificatePem);
    expect(after.privateKeyPem).toBe(before.privateKeyPem);
    expect(identify(await load(), after.certificatePem).invalidReason).toBeUndefined();
  });

  it('gives a new key when asked to', async () => {
    await generateMaterial(topology(), folder);
    const before = holder(await load(), 'users', 'alice');
    await renewCertificates(topology(), folder, 'AMSP', 'alice', { key: 'new-key' });
    const after = holder(await load(), 'users', 'alice');
    expect(after.privateKeyPem).not.toBe(before.privateKeyPem);
    expect(fits(after)).toBe(true);
  });

  it('gives a chaincode process a new TLS certificate, which the list shows', async () => {
    await generateMaterial(topology(), folder);
    const files = materialLayout(folder).organization('org-a').chaincode('asset').tls;
    const before = await readFile(files.certificate, 'utf8');
    expect(await renewCertificates(topology(), folder, 'org-a', 'asset', { days: 10 })).toEqual([files.certificate]);
    const after = new X509Certificate(await readFile(files.certificate));
    expect(after.serialNumber).not.toBe(new X509Certificate(before).serialNumber);
    expect(after.checkIssued(new X509Certificate(await readFile(files.rootCertificate)))).toBe(true);
    expect(after.checkPrivateKey(createPrivateKey(await readFile(files.key)))).toBe(true);
    expect((await listCertificates(topology(), folder, 'org-a'))[0]).toMatchObject({
      name: 'asset.a.example',
      use: 'tls',
    });
  });

  it('names the holders there are', async () => {
    await generateMaterial(topology(), folder);
    await expect(renewCertificates(topology(), folder, 'org-a', 'bob')).rejects.toThrow(
      'MQ_PKI_UNKNOWN_NODE: org-a has no "bob"; it has peer0, admin, alice, asset, asset/client',
    );
    await expect(renewCertificates(topology(), folder, 'org-c', 'bob')).rejects.toThrow(
      'org-a (AMSP), org-b (BMSP), orderer (OrdererMSP)',
    );
  });
});

describe('revokeCertificate', () => {
  it('makes the MSP refuse the certificate, and its successor not', async () => {
    await generateMaterial(topology(), folder);
    const old = holder(await load(), 'users', 'alice').certificatePem;
    await revokeCertificate(topology(), folder, 'org-a', { holder: 'alice' });
    await renewCertificates(topology(), folder, 'org-a', 'alice');
    const own = await load();
    expect(identify(own, old).invalidReason).toBe('the certificate has been revoked');
    expect(identify(own, holder(own, 'users', 'alice').certificatePem).invalidReason).toBeUndefined();
    expect(identify(own, holder(own, 'peers', 'peer0').certificatePem).invalidReason).toBeUndefined();
  });

  it('keeps earlier revocations, and writes the list to every MSP folder', async () => {
    await generateMaterial(topology(), folder);
    const own = await load();
    const [alice, admin] = [holder(own, 'users', 'alice'), holder(own, 'users', 'admin')];
    await revokeCertificate(topology(), folder, 'org-a', { holder: 'alice' });
    const serialNumber = new X509Certificate(admin.certificatePem).serialNumber;
    await revokeCertificate(topology(), folder, 'org-a', { serialNumber });
    const msp = await loadMspFolder('AMSP', holder(own, 'peers', 'peer0').mspFolder);
    for (const { certificatePem } of [alice, admin]) {
      const identity = new Msp(msp).deserialize(serializeIdentity('AMSP', certificatePem), Buffer.from(certificatePem));
      expect(identity.invalidReason).toBe('the certificate has been revoked');
    }
  });

  it('revokes no chaincode process, which has no identity', async () => {
    await generateMaterial(topology(), folder);
    await expect(revokeCertificate(topology(), folder, 'org-a', { holder: 'asset' })).rejects.toThrow(
      'MQ_PKI_UNKNOWN_CERTIFICATE: asset of org-a has a TLS certificate only',
    );
  });

  it('refuses a serial number that was never issued', async () => {
    await generateMaterial(topology(), folder);
    await expect(revokeCertificate(topology(), folder, 'org-a', { serialNumber: 'ab' })).rejects.toThrow(
      'MQ_PKI_UNKNOWN_CERTIFICATE',
    );
  });

  it('needs the authority of the organisation', async () => {
    await generateMaterial(topology(), folder);
    await rm(path.dirname(materialLayout(folder).organization('org-a').authority.key), { recursive: true });
    await expect(revokeCertificate(topology(), folder, 'org-a', { holder: 'alice' })).rejects.toThrow('MQ_PKI_MISSING');
  });
});

describe('renewRevocationList', () => {
  it('gives the list another year, with what it has', async () => {
    await generateMaterial(topology(), folder);
    const old = holder(await load(), 'users', 'alice').certificatePem;
    await revokeCertificate(topology(), folder, 'org-a', { holder: 'alice' });
    const nowMs = Date.now() + 100 * DAY_MS;
    const file = await renewRevocationList(topology(), folder, 'org-a', { nowMs });
    const list = new X509Crl(await readFile(file, 'utf8'));
    expect(list.nextUpdate?.getTime()).toBeGreaterThan(nowMs + 364 * DAY_MS);
    expect(identify(await load(), old).invalidReason).toBe('the certificate has been revoked');
  });
});

describe('listCertificates', () => {
  it('shows state and expiry, the next to expire first', async () => {
    await generateMaterial(topology(), folder);
    await renewCertificates(topology(), folder, 'org-a', 'alice', { days: 10 });
    await revokeCertificate(topology(), folder, 'org-a', { holder: 'peer0' });
    const list = await listCertificates(topology(), folder, 'org-a', Date.now() + 20 * DAY_MS);
    expect(list.slice(0, 2).map(({ name, status }) => [name, status])).toEqual([
      ['alice.a.example', 'expired'],
      ['alice.a.example', 'expired'],
    ]);
    expect(list.filter(({ status }) => status === 'revoked').map(({ name }) => name)).toEqual(['peer0.a.example']);
  });
});
