import type { MspConfig, Pem } from '../msp/msp-config.ts';
import type { BatchSettings, TopologyCollection } from '../topology/topology.ts';
import type { ChaincodeConnection } from './chaincode/chaincode-definition.ts';
import type { ServerTls } from './gateway/organization-server.ts';
import type { NetworkLog } from './gateway/transaction-journal.ts';
import type { CutMode } from './orderer/orderer.ts';

/** A certificate with its private key, PEM. */
export type KeyMaterial = Readonly<{ certificatePem: Pem; privateKeyPem: Pem }>;

/** One organisation of the network: who belongs to it, and its peer. */
export type NetworkOrganization = Readonly<{
  msp: MspConfig;
  /** Material marked `production` is refused: all private keys lie in this one process. */
  environment?: 'development' | 'production';
  peer: KeyMaterial;
  /** Undefined: plain TCP. */
  tls?: ServerTls;
  /** Where its gateway listens; default 127.0.0.1 and any free port. */
  host?: string;
  port?: number;
}>;

/** The ordering organisation, and whose answers the one orderer of this process gives. */
export type NetworkOrderer = Readonly<{
  msp: MspConfig;
  environment?: 'development' | 'production';
  /** Signs blocks where it orders alone. */
  identity: KeyMaterial;
  /** BFT orderers, in the order of their numbers: a quorum of them signs each block. Undefined: one orderer alone. */
  consenters?: readonly NetworkConsenter[];
}>;

/** A BFT orderer as the configuration of the channel names it; nothing listens at its address. */
export type NetworkConsenter = KeyMaterial & Readonly<{ host: string; port: number; tlsCertificatePem: Pem }>;

/** A chaincode that the network hosts; its processes run elsewhere (chaincode as a service). */
export type NetworkChaincode = Readonly<{
  name: string;
  version: string;
  /** Default 1. */
  sequence?: number;
  /** Policy text, a reference such as `/Channel/Application/Endorsement`, or `peer.ApplicationPolicy` bytes. */
  endorsementPolicy: string | Uint8Array;
  collections?: readonly TopologyCollection[];
  /** The process by MSP id, or one process for all organisations; `host:port` for plain TCP. */
  processes: string | Readonly<Record<string, string | ChaincodeConnection>>;
}>;

/** Everything an embedded network starts from. */
export type NetworkOptions = Readonly<{
  /** Default `mychannel`. */
  channelId?: string;
  organizations: readonly NetworkOrganization[];
  orderer: NetworkOrderer;
  chaincodes: readonly NetworkChaincode[];
  batch?: Partial<BatchSettings>;
  /** Default `eager`: a lone transaction does not wait. `timeout` cuts as Fabric does. */
  cutting?: CutMode;
  /** Folder of the ledger; undefined keeps it in memory. */
  directory?: string;
  /** Port of the administration service on the loopback interface (0: any free one); undefined: no such service. */
  adminPort?: number;
  /** How long the start waits for the chaincode processes; then it goes on without the missing ones. */
  chaincodeWaitMs?: number;
  log?: NetworkLog;
}>;

export const DEFAULT_CHANNEL_ID = 'mychannel';
export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_CHAINCODE_WAIT_MS = 20_000;
export const DEFAULT_BATCH: BatchSettings = {
  maxMessageCount: 500,
  absoluteMaxBytes: 10 * 1024 * 1024,
  preferredMaxBytes: 2 * 1024 * 1024,
  timeoutMs: 500,
};
