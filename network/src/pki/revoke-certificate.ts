import { readFile } from 'node:fs/promises';
import type { Topology } from '../topology/topology.ts';
import { issueRevocationList } from './authority.ts';
import { mspRoots } from './generate-material.ts';
import { listCertificates } from './list-certificates.ts';
import { readIfThere } from './material-file.ts';
import { materialLayout } from './material-layout.ts';
import { writeMspRoots } from './msp-folder.ts';
import { loadAuthorities } from './organization-authorities.ts';
import { PkiError } from './pki-error.ts';
import { findHolder, findOwner } from './renew-certificate.ts';
import { X509Certificate } from './x509.ts';

/** Whose certificates to revoke: those of a node or user now in use, or one by its serial number (hexadecimal). */
export type RevokeTarget = Readonly<{ holder: string } | { serialNumber: string }>;

/**
 * Puts identity certificates on the organisation's revocation list and writes the list to its public bundle and to
 * every MSP folder of it. Other organisations honour it once they have the new bundle. Returns the serial numbers.
 *
 * @throws PkiError MQ_PKI_UNKNOWN_NODE, MQ_PKI_UNKNOWN_CERTIFICATE, MQ_PKI_MISSING
 */
export async function revokeCertificate(
  topology: Topology,
  directory: string,
  organization: string,
  target: RevokeTarget,
  nowMs: number = Date.now(),
): Promise<readonly string[]> {
  const owner = findOwner(topology, organization);
  const layout = materialLayout(directory).organization(owner.name);
  const authorities = await loadAuthorities(layout);
  const serialNumber =
    'serialNumber' in target
      ? await issuedSerialNumber(topology, directory, owner.name, target.serialNumber)
      : await currentSerialNumber(topology, directory, owner.name, target.holder);
  const earlier = await readIfThere(layout.publicMsp.revocationList);
  const revocationList = await issueRevocationList(authorities.identity, earlier, [serialNumber], nowMs);
  const roots = { ...(await mspRoots(layout)), revocationList };
  await writeMspRoots(layout.publicMsp, roots);
  for (const { kind, name } of owner.holders) await writeMspRoots(layout.holder(kind, name).msp, roots);
  return [serialNumber];
}

async function currentSerialNumber(topology: Topology, directory: string, organization: string, name: string) {
  const { owner, holder } = findHolder(topology, organization, name);
  const { msp } = materialLayout(directory).organization(owner.name).holder(holder.kind, holder.name);
  return new X509Certificate(await readFile(msp.certificate, 'utf8')).serialNumber;
}

async function issuedSerialNumber(topology: Topology, directory: string, organization: string, serialNumber: string) {
  const wanted = serialNumber.toLowerCase();
  const issued = await listCertificates(topology, directory, organization);
  const found = issued.find((certificate) => certificate.use === 'identity' && certificate.serialNumber === wanted);
  if (found !== undefined) return wanted;
  throw new PkiError('MQ_PKI_UNKNOWN_CERTIFICATE', `${organization} has issued no identity certificate ${wanted}`);
}
