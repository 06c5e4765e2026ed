import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { findParty } from '../topology/find-organization.ts';
import type { Topology } from '../topology/topology.ts';
import { readIfThere } from './material-file.ts';
import { materialLayout } from './material-layout.ts';
import { PkiError } from './pki-error.ts';
import { X509Certificate, X509Crl } from './x509.ts';

export type CertificateStatus = 'valid' | 'expired' | 'revoked';

/** One certificate that an organisation has issued. */
export type IssuedCertificate = Readonly<{
  organization: string;
  use: 'identity' | 'tls';
  serialNumber: string;
  /** Common name. */
  name: string;
  /** Organisational unit: the role of an identity, `tls` for the others. */
  unit: string;
  notBefore: Date;
  notAfter: Date;
  status: CertificateStatus;
}>;

/**
 * Every certificate the organisation has issued, the next to expire first.
 * @throws TopologyError MQ_TOPOLOGY_UNKNOWN_ORGANIZATION; PkiError MQ_PKI_UNKNOWN_NODE, MQ_PKI_MISSING
 */
export async function listCertificates(
  topology: Topology,
  directory: string,
  organization: string,
  nowMs: number = Date.now(),
): Promise<readonly IssuedCertificate[]> {
  const { name } = findParty(topology, organization);
  const layout = materialLayout(directory).organization(name);
  const list = await readIfThere(layout.publicMsp.revocationList);
  const revoked = new Set(list === undefined ? [] : new X509Crl(list).entries.map(({ serialNumber }) => serialNumber));
  const read = async (use: 'identity' | 'tls', folder: string) => {
    const certificates = await readIssued(folder);
    return certificates.map((certificate) => describe(name, use, certificate, revoked, nowMs));
  };
  const all = [
    ...(await read('identity', layout.authority.issued)),
    ...(await read('tls', layout.tlsAuthority.issued)),
  ];
  return all.toSorted((a, b) => a.notAfter.getTime() - b.notAfter.getTime() || (a.name < b.name ? -1 : 1));
}

function describe(
  organization: string,
  use: 'identity' | 'tls',
  certificate: X509Certificate,
  revoked: ReadonlySet<string>,
  nowMs: number,
): IssuedCertificate {
  const { serialNumber, subjectName, notBefore, notAfter } = certificate;
  const isRevoked = use === 'identity' && revoked.has(serialNumber);
  return {
    organization,
    use,
    serialNumber,
    name: subjectName.getField('CN')[0] ?? '',
    unit: subjectName.getField('OU')[0] ?? '',
    notBefore,
    notAfter,
    status: isRevoked ? 'revoked' : notAfter.getTime() < nowMs ? 'expired' : 'valid',
  };
}

async function readIssued(folder: string): Promise<X509Certificate[]> {
  const files = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new PkiError('MQ_PKI_MISSING', `${folder} cannot be read (${cause.code})`, { cause });
  });
  const pems = files.filter((file) => file.endsWith('.pem'));
  return Promise.all(pems.map(async (file) => new X509Certificate(await readFile(path.join(folder, file), 'utf8'))));
}
