import path from 'node:path';

/** Kinds of nodes and users that have keys, as their folders are called. */
export const HOLDER_KINDS = ['peers', 'orderers', 'users'] as const;
export type HolderKind = (typeof HOLDER_KINDS)[number];

/** Name of the administrator that every organisation has. */
export const ADMIN_USER = 'admin';

/**
 * Where the material of a consortium lies. Per organisation `public/` is what others need and may have;
 * `private/` holds keys and never leaves the organisation. The MSP folders are those that Fabric's own tools read.
 */
export function materialLayout(directory: string) {
  return {
    organization: (name: string) => organizationLayout(path.join(directory, name)),
  };
}

export type OrganizationLayout = ReturnType<typeof organizationLayout>;

function organizationLayout(root: string) {
  const at = (...parts: string[]) => path.join(root, ...parts);
  return {
    root,
    /** Who this is, and whether the material is for development. */
    description: at('public', 'organization.json'),
    publicMsp: mspLayout(at('public', 'msp')),
    authority: authorityLayout(at('private', 'ca')),
    tlsAuthority: authorityLayout(at('private', 'tlsca')),
    holders: (kind: HolderKind) => at('private', kind),
    holder: (kind: HolderKind, name: string) => ({
      msp: mspLayout(at('private', kind, name, 'msp')),
      tls: tlsLayout(at('private', kind, name, 'tls')),
    }),
    chaincode: (name: string) => ({
      /** TLS of the organisation's process of the chaincode. */
      tls: tlsLayout(at('private', 'chaincodes', name, 'tls')),
      /** What the organisation's peers show to that process. It is in the chaincode package. */
      client: tlsLayout(at('private', 'chaincodes', name, 'client')),
    }),
  };
}

function authorityLayout(root: string) {
  return {
    certificate: path.join(root, 'ca.pem'),
    key: path.join(root, 'ca.key'),
    /** One file per certificate ever issued, named by serial number. */
    issued: path.join(root, 'issued'),
  };
}

export type MspLayout = ReturnType<typeof mspLayout>;

function mspLayout(root: string) {
  const at = (...parts: string[]) => path.join(root, ...parts);
  return {
    root,
    rootCertificate: at('cacerts', 'ca.pem'),
    tlsRootCertificate: at('tlscacerts', 'tlsca.pem'),
    nodeOUs: at('config.yaml'),
    revocationList: at('crls', 'crl.pem'),
    certificate: at('signcerts', 'cert.pem'),
    key: at('keystore', 'key.pem'),
  };
}

export type TlsLayout = ReturnType<typeof tlsLayout>;

function tlsLayout(root: string) {
  return {
    rootCertificate: path.join(root, 'ca.pem'),
    certificate: path.join(root, 'tls.pem'),
    key: path.join(root, 'tls.key'),
  };
}
