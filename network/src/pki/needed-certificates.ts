import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { identityExtensions, tlsExtensions } from './certificate-profile.ts';
import type { KeyOwner } from './holders.ts';
import { readIfThere } from './material-file.ts';
import type { HolderKind, OrganizationLayout, TlsLayout } from './material-layout.ts';
import { subjectName } from './organization-authorities.ts';
import type { Extension, JsonName } from './x509.ts';

/** A certificate that an organisation must have for its own, and the files that it and its key are in. */
export type NeededCertificate = Readonly<{
  /** Of the node, user or chaincode process, as `pki renew` takes it. */
  name: string;
  kind: HolderKind | 'chaincode' | 'chaincode-client';
  use: 'identity' | 'tls';
  certificate: string;
  key: string;
  /** Where its issuer's certificate is to lie beside it. */
  rootCertificate?: string;
  subject: JsonName;
  extensions: readonly Extension[];
  /** Names and addresses in it; none for an identity. */
  hosts: readonly string[];
}>;

/** Everything that an organisation's nodes, users and chaincode processes show to others. */
export function neededCertificates(owner: KeyOwner, layout: OrganizationLayout): NeededCertificate[] {
  type Of = Pick<NeededCertificate, 'name' | 'kind' | 'hosts'> & Readonly<{ commonName: string }>;
  const tlsCertificate = ({ commonName, ...of }: Of, { certificate, key, rootCertificate }: TlsLayout) => ({
    ...of,
    use: 'tls' as const,
    certificate,
    key,
    rootCertificate,
    subject: subjectName(owner, 'tls', commonName),
    extensions: tlsExtensions(of.hosts),
  });
  return [
    ...owner.holders.flatMap(({ kind, name, role, hosts, attributes }): NeededCertificate[] => {
      const { msp, tls } = layout.holder(kind, name);
      const commonName = `${name}.${owner.domain}`;
      const identity: NeededCertificate = {
        name,
        kind,
        use: 'identity',
        certificate: msp.certificate,
        key: msp.key,
        subject: subjectName(owner, role, commonName),
        extensions: identityExtensions(role, name, attributes),
        hosts: [],
      };
      return [identity, tlsCertificate({ name, kind, hosts, commonName }, tls)];
    }),
    ...owner.chaincodeEnds.map(({ name, chaincode, folder, commonName, hosts }) => {
      const kind = folder === 'tls' ? 'chaincode' : 'chaincode-client';
      return tlsCertificate({ name, kind, hosts, commonName }, layout.chaincode(chaincode)[folder]);
    }),
  ];
}

/**
 * Is it there, for the names that it must have now? One that is damaged is not, nor one whose key is not the one beside it: a renewal of both was
 * cut short between the two.
 */
export async function isThere({ certificate, key, rootCertificate, use, hosts }: NeededCertificate): Promise<boolean> {
  const [existing, ownKey] = await Promise.all([readIfThere(certificate), readIfThere(key)]);
  if (existing === undefined || (rootCertificate !== undefined && !existsSync(rootCertificate))) return false;
  try {
    const found = new X509Certificate(existing);
    if (ownKey !== undefined && !found.checkPrivateKey(createPrivateKey(ownKey))) return false;
    return use === 'identity' || namesAre(found.subjectAltName ?? '', hosts);
  } catch {
    return false;
  }
}

function namesAre(subjectAltName: string, hosts: readonly string[]): boolean {
  const bare = subjectAltName.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  return bare.length === hosts.length && hosts.every((host) => bare.includes(host));
}
