/** PEM text or bytes of one certificate or certificate revocation list. */
export type Pem = string | Uint8Array;

/** Names of the organisational units that carry the roles of an MSP (`config.yaml`, NodeOUs). */
export type NodeOus = Readonly<{
  clientOu: string;
  peerOu: string;
  adminOu: string;
  ordererOu: string;
}>;

/**
 * The public material of one organisation's MSP, as plain values: what an MSP folder holds, whoever wrote it.
 * `nodeOUs` undefined means roles are not told by organisational units (only members and listed admins exist then).
 */
export type MspConfig = Readonly<{
  mspId: string;
  rootCerts: readonly Pem[];
  intermediateCerts: readonly Pem[];
  /** Certificates that are administrators whatever their units say (`admincerts`). */
  admins: readonly Pem[];
  tlsRootCerts: readonly Pem[];
  nodeOUs?: NodeOus;
  /** Certificate revocation lists (`crls`), PEM. */
  revocationList: readonly Pem[];
}>;

/** The unit names that Fabric's own tools write. */
export const DEFAULT_NODE_OUS: NodeOus = { clientOu: 'client', peerOu: 'peer', adminOu: 'admin', ordererOu: 'orderer' };
