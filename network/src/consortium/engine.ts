/** Names of the engines a consortium can run on; nothing above this package knows which. */
export const ENGINES = ['embedded', 'fabric'] as const;
export type EngineName = (typeof ENGINES)[number];

/** What running a consortium needs of an engine. */
export interface Engine {
  /** Identity of an organisation's process of a chaincode, told to it at start; undefined where it runs none. */
  packageId(chaincode: string, mspId: string): string | undefined;
  /** Peers (and orderers) answer, the channel exists. Chaincode processes may come up meanwhile. */
  start(): Promise<void>;
  /** Every chaincode of the topology can be called. */
  deploy(): Promise<void>;
}
