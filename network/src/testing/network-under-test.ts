import type { EngineName } from '../consortium/engine.ts';
import type { Topology } from '../topology/topology.ts';
import { startEmbeddedUnderTest } from './embedded-under-test.ts';
import { startFabricUnderTest } from './fabric-under-test.ts';

/** A consortium's network that ends with its test. What only one engine can do is not here. */
export interface NetworkUnderTest {
  readonly engine: EngineName;
  /** With the ports where everything listens. */
  readonly topology: Topology;
  readonly materialDirectory: string;
  /** `host:port` of the gateway service of an organisation's peer. */
  endpointOf(mspId: string): string;
  /** The organisation's peer is gone, without a word. */
  stopPeer(mspId: string): Promise<void>;
  /** And back where it was, with its ledger. */
  startPeer(mspId: string): Promise<void>;
  close(): Promise<void>;
}

/** A chaincode process that a network wants: where, under which id, and who calls it. */
export type ChaincodePlace = Readonly<{
  chaincode: string;
  chaincodeId: string;
  mspIds: readonly string[];
  host: string;
  /** 0: any free port. */
  port: number;
}>;

export type NetworkUnderTestOptions = Readonly<{
  /** Its ports are replaced by free ones. */
  topology: Topology;
  /** For keys, ledgers and logs. */
  directory: string;
  /** Organisations that may share a chaincode process where the engine lets them: processes are the slow part of a start. */
  sharing: readonly (readonly string[])[];
  /** Starts a process; resolves with its port once it listens. */
  startChaincode(place: ChaincodePlace): Promise<number>;
}>;

/** Brings up the same network on either engine; resolves when every chaincode can be called through every organisation's gateway service. */
export function startNetworkUnderTest(engine: EngineName, options: NetworkUnderTestOptions): Promise<NetworkUnderTest> {
  return engine === 'embedded' ? startEmbeddedUnderTest(options) : startFabricUnderTest(options);
}
