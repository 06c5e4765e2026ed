/** The description of a consortium as the loader returns it: every default filled in, every reference checked. */
export type Topology = Readonly<{
  version: 1;
  /** Name of the network, used for data folders and labels. */
  name: string;
  channel: TopologyChannel;
  /** Address by short name of an organisation: where its processes, and the orderers it operates, listen and are reached unless they have a host of their own. */
  hosts: Readonly<Record<string, string>>;
  organizations: readonly TopologyOrganization[];
  orderers: TopologyOrderers;
  chaincodes: readonly TopologyChaincode[];
  admin: Readonly<{
    /** Loopback port of the embedded network's administration service. 0 takes any free port. */
    port: number;
  }>;
  /** What the chaincode and its gateways need consortium-wide; this package passes it through unread. */
  application: Readonly<Record<string, unknown>>;
}>;

export type TopologyChannel = Readonly<{ name: string; batch: BatchSettings }>;

/** When a block is cut: whichever limit is reached first. */
export type BatchSettings = Readonly<{
  maxMessageCount: number;
  absoluteMaxBytes: number;
  preferredMaxBytes: number;
  timeoutMs: number;
}>;

export type TopologyOrganization = Readonly<{
  mspId: string;
  /** Short name for folders, commands and labels, such as `city-hospital`. */
  name: string;
  displayName: string;
  /** DNS domain of the organisation's nodes; `<peer name>.<domain>` stands in their TLS certificates. */
  domain: string;
  /** Address where the organisation's processes listen and are reached. */
  host: string;
  /** Further names and addresses of the organisation's nodes, for their TLS certificates. */
  hostnames: readonly string[];
  peers: readonly [TopologyPeer, ...TopologyPeer[]];
  /** Port of the organisation's application gateway (HTTP), where it runs one. */
  gatewayPort?: number;
  /** Where the gateway is reached, if not at the organisation's host. */
  gatewayHost?: string;
  clients: readonly TopologyClient[];
  /** What the chaincode and its gateways need to know of this organisation; passed through unread. */
  application: Readonly<Record<string, unknown>>;
}>;

export type TopologyPeer = Readonly<{
  name: string;
  /** Where this peer listens, if not at the organisation's host. */
  host?: string;
  port: number;
  /** Where the peer would listen for chaincodes that dial it; Fabric only. */
  chaincodePort: number;
  operationsPort: number;
}>;

/** A user for whom a client certificate is made. */
export type TopologyClient = Readonly<{ name: string; attributes: Readonly<Record<string, string>> }>;

export type Consensus = 'bft' | 'raft';

export type TopologyOrderers = Readonly<{
  mspId: string;
  name: string;
  displayName: string;
  domain: string;
  consensus: Consensus;
  /** BFT: how long a leader may be silent before the others elect another. Read when the channel is made. */
  leaderTimeoutMs: number;
  nodes: readonly [TopologyOrderer, ...TopologyOrderer[]];
}>;

export type TopologyOrderer = Readonly<{
  name: string;
  host: string;
  port: number;
  adminPort: number;
  operationsPort: number;
  /** Short name of the organisation that runs this node on its machines; without it the ordering organisation does. */
  operator?: string;
}>;

export type TopologyChaincode = Readonly<{
  name: string;
  version: string;
  /** Lifecycle sequence of the definition, from 1. */
  sequence: number;
  /** Signature policy in Fabric's notation, such as `OutOf(2, 'AMSP.peer', 'BMSP.peer', 'CMSP.peer')`. */
  endorsementPolicy: string;
  /** `host:port` of the chaincode process by MSP id; an organisation without one does not endorse. */
  addresses: Readonly<Record<string, string>>;
  collections: readonly TopologyCollection[];
}>;

/** One entry of Fabric's collections configuration file. */
export type TopologyCollection = Readonly<{
  name: string;
  policy: string;
  requiredPeerCount: number;
  maxPeerCount: number;
  /** How many further blocks a value lives; 0 keeps it. */
  blockToLive: number;
  memberOnlyRead: boolean;
  memberOnlyWrite: boolean;
  endorsementPolicy?: Readonly<{ signaturePolicy: string }>;
}>;
