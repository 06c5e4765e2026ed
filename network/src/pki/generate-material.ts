import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Topology } from '../topology/topology.ts';
import type { Environment } from './authority.ts';
import { identityExtensions, tlsExtensions } from './certificate-profile.ts';
import { type Holder, type KeyOwner, keyOwners } from './holders.ts';
import { generateKeyPair, type KeyPair, keyPairFromPem, privateKeyPem } from './key-pair.ts';
import { type KeyAndCertificate, readIfThere, writeKeyAndCertificate, writePublic } from './material-file.ts';
import { materialLayout, type OrganizationLayout, type TlsLayout } from './material-layout.ts';
import { type MspRoots, writeMspRoots } from './msp-folder.ts';
import { ensureAuthorities, type OrganizationAuthorities, subjectName } from './organization-authorities.ts';

export type GenerateOptions = Readonly<{
  /** Default `development`. */
  environment?: Environment;
  /** Short names of the organisations to make keys for; default all, as on a developer's machine. */
  only?: readonly string[];
  /** Life of the certificates; default a year. */
  days?: number;
  nowMs?: number;
}>;

/** What a run made, as paths of certificates. Empty when everything was there. */
export type GenerateReport = Readonly<{ created: readonly string[] }>;

/**
 * Makes the keys and certificates that the topology needs below `directory`. What is there is kept: run again it
 * makes only what is missing, and renews the TLS certificate of a node whose names have changed, and a certificate whose key is not the one beside it.
 *
 * @throws PkiError MQ_PKI_ENVIRONMENT when the folder holds material of the other environment
 */
export async function generateMaterial(
  topology: Topology,
  directory: string,
  { environment = 'development', only, days, nowMs = Date.now() }: GenerateOptions = {},
): Promise<GenerateReport> {
  const created: string[] = [];
  const layout = materialLayout(directory);
  for (const owner of keyOwners(topology)) {
    if (only !== undefined && !only.includes(owner.name)) continue;
    const own = layout.organization(owner.name);
    const authorities = await ensureAuthorities(own, owner, environment, nowMs);
    const issuing = { owner, authorities, created, nowMs, ...(days === undefined ? {} : { days }) };
    const roots = await mspRoots(own);
    await writeMspRoots(own.publicMsp, roots);
    for (const holder of owner.holders) {
      const files = own.holder(holder.kind, holder.name);
      await writeMspRoots(files.msp, roots);
      await ensureIdentity(issuing, holder, files.msp);
      await ensureTls(issuing, `${holder.name}.${owner.domain}`, holder.hosts, files.tls, roots.tlsCertificate);
    }
    for (const [chaincode, hosts] of owner.chaincodeHosts) {
      const files = own.chaincode(chaincode);
      await ensureTls(issuing, `${chaincode}.${owner.domain}`, hosts, files, roots.tlsCertificate);
    }
  }
  return { created };
}

/** The public half of the organisation's MSP as it stands on disk. */
export async function mspRoots(layout: OrganizationLayout): Promise<MspRoots> {
  const [certificate, tlsCertificate, revocationList] = await Promise.all([
    readIfThere(layout.authority.certificate),
    readIfThere(layout.tlsAuthority.certificate),
    readIfThere(layout.publicMsp.revocationList),
  ]);
  return { certificate: certificate ?? '', tlsCertificate: tlsCertificate ?? '', revocationList };
}

export type Issuing = Readonly<{
  owner: KeyOwner;
  authorities: OrganizationAuthorities;
  created: string[];
  nowMs: number;
  days?: number;
}>;

async function ensureIdentity(issuing: Issuing, holder: Holder, files: KeyAndCertificate): Promise<void> {
  if ((await certificateFor(files)) === undefined) await issueIdentity(issuing, holder, files, 'keep-key');
}

/** Certificate of an identity, for the key that is there or a new one. */
export async function issueIdentity(
  { owner, authorities, created, nowMs, days }: Issuing,
  holder: Holder,
  files: KeyAndCertificate,
  key: 'keep-key' | 'new-key',
): Promise<void> {
  const keys = await keyAt(files.key, key);
  const certificate = await authorities.issue('identity', {
    subject: subjectName(owner, holder.role, `${holder.name}.${owner.domain}`),
    publicKey: keys.publicKey,
    extensions: identityExtensions(holder.role, holder.name, holder.attributes),
    nowMs,
    ...(days === undefined ? {} : { days }),
  });
  await writeKeyAndCertificate(files, { key: privateKeyPem(keys), certificate });
  created.push(files.certificate);
}

async function ensureTls(
  issuing: Issuing,
  commonName: string,
  hosts: readonly string[],
  files: TlsLayout,
  rootCertificate: string,
): Promise<void> {
  const existing = await certificateFor(files);
  if (existing !== undefined && namesAre(existing, hosts)) return;
  await writePublic(files.rootCertificate, rootCertificate);
  await issueTls(issuing, commonName, hosts, files, 'keep-key');
}

/** TLS certificate, for the key that is there or a new one. */
export async function issueTls(
  { owner, authorities, created, nowMs, days }: Issuing,
  commonName: string,
  hosts: readonly string[],
  files: TlsLayout,
  key: 'keep-key' | 'new-key',
): Promise<void> {
  const keys = await keyAt(files.key, key);
  const certificate = await authorities.issue('tls', {
    subject: subjectName(owner, 'tls', commonName),
    publicKey: keys.publicKey,
    extensions: tlsExtensions(hosts),
    nowMs,
    ...(days === undefined ? {} : { days }),
  });
  await writeKeyAndCertificate(files, { key: privateKeyPem(keys), certificate });
  created.push(files.certificate);
}

/** The certificate that is there, unless the key beside it is another's: a renewal of both was cut short between the two. */
async function certificateFor(files: KeyAndCertificate): Promise<string | undefined> {
  const [certificate, key] = await Promise.all([readIfThere(files.certificate), readIfThere(files.key)]);
  if (certificate === undefined || key === undefined) return certificate;
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)) ? certificate : undefined;
}

async function keyAt(file: string, wish: 'keep-key' | 'new-key'): Promise<KeyPair> {
  const existing = wish === 'keep-key' ? await readIfThere(file) : undefined;
  return existing === undefined ? generateKeyPair() : keyPairFromPem(existing);
}

function namesAre(certificatePem: string, hosts: readonly string[]): boolean {
  const names = (new X509Certificate(certificatePem).subjectAltName ?? '').split(', ');
  const bare = names.map((name) => name.replace(/^(DNS|IP Address):/, ''));
  return bare.length === hosts.length && hosts.every((host) => bare.includes(host));
}
