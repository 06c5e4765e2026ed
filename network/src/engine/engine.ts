import type { RunningNetwork } from '../connection/connection-file.ts';
import type { Topology } from '../topology/topology.ts';

export type EngineOptions = Readonly<{
  topology: Topology;
  /** Keys and certificates, made before. */
  materialDirectory: string;
  /** Ledgers, logs and rendered files of this network. */
  dataDirectory: string;
  /** One line for people. */
  report(line: string): void;
}>;

export type EngineRun = Readonly<{
  network: RunningNetwork;
  /** Stops everything that `start` started; the ledgers stay. */
  close(): Promise<void>;
}>;

/** A way to run the network of a topology. */
export interface Engine {
  readonly name: string;
  /** Value of `CHAINCODE_ID` for an organisation's process of a chaincode. */
  chaincodeId(topology: Topology, chaincode: string, mspId: string): string;
  /** Resolves when every organisation's gateway answers. */
  start(options: EngineOptions): Promise<EngineRun>;
}
