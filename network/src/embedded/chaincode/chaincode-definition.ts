/** A committed chaincode definition in the parts that execution needs; policies are kept as protobuf bytes. */
export type CollectionDefinition = Readonly<{
  name: string;
  /** MSP ids of the collection's member policy. */
  memberMspIds: readonly string[];
  memberOnlyRead: boolean;
  memberOnlyWrite: boolean;
  /** Blocks that a value outlives its own; 0: for ever. */
  blockToLive: number;
  /** `peer.ApplicationPolicy` bytes; undefined: the chaincode's policy. */
  endorsementPolicy: Uint8Array | undefined;
}>;

/** Where an organisation's chaincode process listens (chaincode as a service: the peer dials). */
export type ChaincodeConnection = Readonly<{
  /** host:port */
  address: string;
  /** Absent: plain TCP. */
  tls?: Readonly<{ rootCertPem: string; serverName?: string; clientCertPem?: string; clientKeyPem?: string }>;
}>;

export type ChaincodeDefinition = Readonly<{
  name: string;
  version: string;
  sequence: number;
  /** `peer.ApplicationPolicy` bytes. */
  endorsementPolicy: Uint8Array;
  collections: readonly CollectionDefinition[];
  /** MSP id to process. An organisation without an entry cannot endorse this chaincode. */
  connections: ReadonlyMap<string, ChaincodeConnection>;
}>;

/** Implicit collections carry the organisation's MSP id in their name. */
export const IMPLICIT_COLLECTION_PREFIX = '_implicit_org_';
