import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type Authority,
  authorityFromPem,
  authorityPem,
  type CertificateRequest,
  createAuthority,
  type Environment,
  issueCertificate,
} from './authority.ts';
import type { KeyOwner } from './holders.ts';
import { readIfThere, writePublic, writeSecret } from './material-file.ts';
import type { OrganizationLayout } from './material-layout.ts';
import { PkiError } from './pki-error.ts';
import type { JsonName, X509Certificate } from './x509.ts';

/** The two roots of an organisation: one certifies identities, the other TLS. */
export type OrganizationAuthorities = Readonly<{
  identity: Authority;
  tls: Authority;
  environment: Environment;
  /** Signs a certificate, keeps a copy of it and returns its PEM. */
  issue(authority: 'identity' | 'tls', request: CertificateRequest): Promise<string>;
}>;

/** `public/organization.json`. */
export type OrganizationDescription = Readonly<{
  version: 1;
  mspId: string;
  name: string;
  displayName: string;
  environment: Environment;
}>;

/**
 * Loads the authorities of an organisation.
 * @throws PkiError MQ_PKI_MISSING where there are none, as on the machine of another organisation
 */
export async function loadAuthorities(layout: OrganizationLayout): Promise<OrganizationAuthorities> {
  const description = await readDescription(layout);
  const [identity, tls] = await Promise.all([load(layout.authority), load(layout.tlsAuthority)]);
  if (description === undefined || identity === undefined || tls === undefined) {
    throw new PkiError('MQ_PKI_MISSING', `there is no certificate authority under ${layout.root}`);
  }
  return withIssue(layout, identity, tls, description.environment);
}

/** @throws PkiError MQ_PKI_ENVIRONMENT where there is material of the other environment */
export async function refuseOtherEnvironment(
  layout: OrganizationLayout,
  owner: KeyOwner,
  environment: Environment,
): Promise<void> {
  const description = await readDescription(layout);
  if (description === undefined || description.environment === environment) return;
  const found = `${owner.name} has ${description.environment} material, ${environment} was asked for`;
  throw new PkiError('MQ_PKI_ENVIRONMENT', `${found}; use another folder`);
}

/** Loads the authorities, or makes them where there are none. */
export async function ensureAuthorities(
  layout: OrganizationLayout,
  owner: KeyOwner,
  environment: Environment,
  nowMs: number,
): Promise<OrganizationAuthorities> {
  await refuseOtherEnvironment(layout, owner, environment);
  const make = async (commonName: string, files: OrganizationLayout['authority']) => {
    const existing = await load(files);
    if (existing !== undefined) return existing;
    const authority = await createAuthority({ commonName, organization: owner.displayName, environment }, nowMs);
    const pem = authorityPem(authority);
    await writeSecret(files.key, pem.key);
    await writePublic(files.certificate, pem.certificate);
    return authority;
  };
  const identity = await make(`ca.${owner.domain}`, layout.authority);
  const tls = await make(`tlsca.${owner.domain}`, layout.tlsAuthority);
  if ((await readDescription(layout)) === undefined) {
    const { mspId, name, displayName } = owner;
    const text: OrganizationDescription = { version: 1, mspId, name, displayName, environment };
    await writePublic(layout.description, `${JSON.stringify(text, undefined, 2)}\n`);
  }
  return withIssue(layout, identity, tls, environment);
}

/** Who the material belongs to; undefined where there is none. */
export async function readDescription(layout: OrganizationLayout): Promise<OrganizationDescription | undefined> {
  const text = await readIfThere(layout.description);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Name of a certificate of this organisation. */
export const subjectName = (owner: Pick<KeyOwner, 'displayName'>, unit: string, commonName: string): JsonName => [
  { O: [owner.displayName] },
  { OU: [unit] },
  { CN: [commonName] },
];

function withIssue(
  layout: OrganizationLayout,
  identity: Authority,
  tls: Authority,
  environment: Environment,
): OrganizationAuthorities {
  return {
    identity,
    tls,
    environment,
    async issue(kind, request) {
      const [authority, files] = kind === 'tls' ? [tls, layout.tlsAuthority] : [identity, layout.authority];
      const certificate = await issueCertificate(authority, request);
      const pem = pemOf(certificate);
      await writePublic(path.join(files.issued, `${certificate.serialNumber}.pem`), pem);
      return pem;
    },
  };
}

const pemOf = (certificate: X509Certificate) => `${certificate.toString('pem')}\n`;

async function load(files: OrganizationLayout['authority']): Promise<Authority | undefined> {
  const certificate = await readIfThere(files.certificate);
  if (certificate === undefined) return undefined;
  const key = await readFile(files.key, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new PkiError('MQ_PKI_MISSING', `${files.key} cannot be read (${cause.code})`, { cause });
  });
  return authorityFromPem(certificate, key);
}
