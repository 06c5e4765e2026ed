import { existsSync } from 'node:fs';
import type { Topology } from '../topology/topology.ts';
import type { Environment } from './authority.ts';
import { keyOwners } from './holders.ts';
import { generateKeyPair, type KeyPair, keyPairFromPem, privateKeyPem } from './key-pair.ts';
import { readIfThere, writeKeyAndCertificate, writePublic } from './material-file.ts';
import { materialLayout, type OrganizationLayout } from './material-layout.ts';
import { type MspRoots, writeMspRoots } from './msp-folder.ts';
import { isThere, type NeededCertificate, neededCertificates } from './needed-certificates.ts';
import { ensureAuthorities, type OrganizationAuthorities, refuseOtherEnvironment } from './organization-authorities.ts';
import { PkiError } from './pki-error.ts';

export type GenerateOptions = Readonly<{
  /** Default `development`. */
  environment?: Environment;
  /** Short names of the organisations to make keys for; default all, as on a developer's machine. */
  only?: readonly string[];
  /** Life of the certificates; default a year. */
  days?: number;
  nowMs?: number;
  /** Only tell what would be made. Default false. */
  dryRun?: boolean;
}>;

/** What a run made, as paths of certificates. Empty when everything was there. */
export type GenerateReport = Readonly<{ created: readonly string[] }>;

/**
 * Makes the keys and certificates that the topology needs below `directory`. What is there is kept: run again it
 * makes only what is missing, of those organisations whose public folder is not all that there is of their authorities, and renews the TLS certificate of a node whose names have changed, and a certificate whose key is not the one beside it.
 *
 * @throws PkiError MQ_PKI_ENVIRONMENT when the folder holds material of the other environment
 */
export async function generateMaterial(
  topology: Topology,
  directory: string,
  { environment = 'development', only, days, nowMs = Date.now(), dryRun = false }: GenerateOptions = {},
): Promise<GenerateReport> {
  const created: string[] = [];
  const layout = materialLayout(directory);
  for (const owner of keyOwners(topology)) {
    if (only !== undefined && !only.includes(owner.name)) continue;
    const own = layout.organization(owner.name);
    // Somebody else's: here is only what they have given to all, and perhaps the keys of a node that is operated for them.
    if (existsSync(own.publicMsp.rootCertificate) && !existsSync(own.authority.certificate)) continue;
    await refuseOtherEnvironment(own, owner, environment);
    const newRoots = [own.authority, own.tlsAuthority].filter(({ certificate }) => !existsSync(certificate));
    const missing: NeededCertificate[] = [];
    for (const needed of neededCertificates(owner, own)) if (!(await isThere(needed))) missing.push(needed);
    created.push(...[...newRoots, ...missing].map(({ certificate }) => certificate));
    if (dryRun) continue;
    const authorities = await ensureAuthorities(own, owner, environment, nowMs);
    const roots = await mspRoots(own);
    await writeMspRoots(own.publicMsp, roots);
    for (const { kind, name } of owner.holders) await writeMspRoots(own.holder(kind, name).msp, roots);
    for (const needed of missing) {
      await issueNeeded(authorities, needed, { key: 'keep-key', days, nowMs, tlsRoot: roots.tlsCertificate });
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
  key: 'keep-key' | 'new-key';
  days: number | undefined;
  nowMs: number;
  /** The TLS root in PEM, to lie beside what it certifies. */
  tlsRoot: string;
}>;

/** Issues a certificate for the key that is there or a new one, and writes both. */
export async function issueNeeded(
  authorities: OrganizationAuthorities,
  { use, certificate, key: keyFile, rootCertificate, subject, extensions }: NeededCertificate,
  { key, days, nowMs, tlsRoot }: Issuing,
): Promise<void> {
  const keys = await keyAt(keyFile, key);
  const { publicKey } = keys;
  const validity = days === undefined ? { nowMs } : { nowMs, days };
  const pem = await authorities.issue(use, { subject, publicKey, extensions, ...validity });
  if (rootCertificate !== undefined) await writePublic(rootCertificate, tlsRoot);
  await writeKeyAndCertificate({ key: keyFile, certificate }, { key: privateKeyPem(keys), certificate: pem });
}

async function keyAt(file: string, wish: 'keep-key' | 'new-key'): Promise<KeyPair> {
  const existing = wish === 'keep-key' ? await readIfThere(file) : undefined;
  if (existing === undefined) return generateKeyPair();
  try {
    return await keyPairFromPem(existing);
  } catch {
    // Without its cause: a parser's words may quote the key.
    throw new PkiError('MQ_PKI_DAMAGED', `${file} is no private key: put it back, or medquorum pki renew --new-key`);
  }
}
