import { readFile } from 'node:fs/promises';
import type { Topology } from '../topology/topology.ts';
import { issueRevocationList } from './authority.ts';
import { mspRoots } from './generate-material.ts';
import type { KeyOwner } from './holders.ts';
import { listCertificates } from './list-certificates.ts';
import { readIfThere } from './material-file.ts';
import { materialLayout, type OrganizationLayout } from './material-layout.ts';
import { writeMspRoots } from './msp-folder.ts';
import { loadAuthorities } from './organization-authorities.ts';
import { PkiError } from './pki-error.ts';
import { certificatesOf, findOwner } from './renew-certificate.ts';
import { X509Certificate } from './x509.ts';

/** Whose certificates to revoke: those of a node or user now in use, or one by its serial number (hexadecimal). */
export type RevokeTarget = Readonly<{ holder: string } | { serialNumber: string }>;

export type RevocationOptions = Readonly<{
  nowMs?: number;
  /** Only tell what would be revoked, or written. Default false. */
  dryRun?: boolean;
}>;

/**
 * Puts identity certificates on the organisation's revocation list and writes the list to its public bundle and to
 * every MSP folder of it. Other organisations honour it once they have the new bundle. Returns the serial numbers.
 *
 * @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION; PkiError MQ_PKI_UNKNOWN_NODE, MQ_PKI_UNKNOWN_CERTIFICATE, MQ_PKI_MISSING
 */
export async function revokeCertificate(
  topology: Topology,
  directory: string,
  organization: string,
  target: RevokeTarget,
  options: RevocationOptions = {},
): Promise<readonly string[]> {
  const owner = findOwner(topology, organization);
  const layout = materialLayout(directory).organization(owner.name);
  const serialNumber =
    'serialNumber' in target
      ? await issuedSerialNumber(topology, directory, owner.name, target.serialNumber)
      : await currentSerialNumber(owner, layout, target.holder);
  await writeRevocationList(owner, layout, [serialNumber], options);
  return [serialNumber];
}

/**
 * Writes the organisation's revocation list anew, with what it has and another next update, where `revokeCertificate` writes it.
 * Returns the file in the public bundle.
 *
 * @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION; PkiError MQ_PKI_UNKNOWN_NODE, MQ_PKI_MISSING
 */
export async function renewRevocationList(
  topology: Topology,
  directory: string,
  organization: string,
  options: RevocationOptions = {},
): Promise<string> {
  const owner = findOwner(topology, organization);
  const layout = materialLayout(directory).organization(owner.name);
  await writeRevocationList(owner, layout, [], options);
  return layout.publicMsp.revocationList;
}

async function writeRevocationList(
  owner: KeyOwner,
  layout: OrganizationLayout,
  serialNumbers: readonly string[],
  { nowMs = Date.now(), dryRun = false }: RevocationOptions,
): Promise<void> {
  const { identity } = await loadAuthorities(layout);
  const earlier = await readIfThere(layout.publicMsp.revocationList);
  const revocationList = await issueRevocationList(identity, earlier, serialNumbers, nowMs);
  const roots = { ...(await mspRoots(layout)), revocationList };
  const folders = [layout.publicMsp, ...owner.holders.map(({ kind, name }) => layout.holder(kind, name).msp)];
  if (!dryRun) for (const folder of folders) await writeMspRoots(folder, roots);
}

async function currentSerialNumber(owner: KeyOwner, layout: OrganizationLayout, name: string): Promise<string> {
  const identity = certificatesOf(owner, layout, name).find(({ use }) => use === 'identity');
  if (identity !== undefined) return new X509Certificate(await readFile(identity.certificate, 'utf8')).serialNumber;
  const found = `${name} of ${owner.name} has a TLS certificate only: it ends with its validity`;
  throw new PkiError('MQ_PKI_UNKNOWN_CERTIFICATE', found);
}

async function issuedSerialNumber(topology: Topology, directory: string, organization: string, serialNumber: string) {
  const wanted = serialNumber.toLowerCase();
  const issued = await listCertificates(topology, directory, organization);
  const found = issued.find((certificate) => certificate.use === 'identity' && certificate.serialNumber === wanted);
  if (found !== undefined) return wanted;
  throw new PkiError('MQ_PKI_UNKNOWN_CERTIFICATE', `${organization} has issued no identity certificate ${wanted}`);
}
