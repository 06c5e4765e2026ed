import { isIP } from 'node:net';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  type JsonGeneralNames,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from './x509.ts';

/** The roles of Fabric's NodeOUs; the organisational unit of a certificate says which it has. */
export const NODE_ROLES = ['client', 'peer', 'admin', 'orderer'] as const;
export type NodeRole = (typeof NODE_ROLES)[number];

/** Extension in which Fabric CA stores attributes, as JSON `{"attrs": {...}}` (not wrapped in ASN.1). */
export const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';

/** Extensions of an identity: it signs, and carries attributes that chaincode can read. */
export function identityExtensions(role: NodeRole, name: string, attributes: Readonly<Record<string, string>>) {
  const attrs = { ...attributes, 'hf.EnrollmentID': name, 'hf.Type': role };
  return [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new Extension(ATTRIBUTES_OID, false, new TextEncoder().encode(JSON.stringify({ attrs }))),
  ];
}

/** Extensions of a TLS certificate: server and client at once, as nodes dial one another. */
export function tlsExtensions(hosts: readonly string[]) {
  const names: JsonGeneralNames = hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }));
  return [
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
    new SubjectAlternativeNameExtension(names),
  ];
}
