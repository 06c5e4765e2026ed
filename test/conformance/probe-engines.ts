import { fileURLToPath } from 'node:url';
import type { RunningNetwork } from '@medquorum/network/connection/connection-file';
import type { EngineName } from '@medquorum/network/consortium/engine';
import type { CutMode } from '@medquorum/network/embedded/orderer/orderer';
import { runEmbedded } from '@medquorum/network/embedded/run-embedded';
import { requireFabricBinaries } from '@medquorum/network/fabric/fabric-binaries';
import { FabricNetwork } from '@medquorum/network/operations/fabric-network';
import { Supervisor } from '@medquorum/network/supervisor/supervisor';
import type { Topology } from '@medquorum/network/topology/topology';

export type ProbeEngineOptions = Readonly<{
  topology: Topology;
  materialDirectory: string;
  dataDirectory: string;
  report(line: string): void;
  /** When the embedded engine cuts blocks. */
  cutting: CutMode;
  /** Starts the organisation's process of a chaincode under the id that this engine wants. */
  startChaincode(chaincode: string, mspId: string, chaincodeId: string): void;
}>;

export type ProbeRun = Readonly<{ running: RunningNetwork; close(): Promise<void> }>;

/** How the conformance network is started on each engine. */
export const PROBE_ENGINES: Readonly<Record<EngineName, (options: ProbeEngineOptions) => Promise<ProbeRun>>> = {
  async embedded({ startChaincode, ...options }) {
    startAll(options.topology, (chaincode, mspId) => startChaincode(chaincode, mspId, chaincode));
    return runEmbedded(options);
  },

  async fabric({ topology, materialDirectory, dataDirectory, report, startChaincode }) {
    const binaries = await requireFabricBinaries({
      fabricBin: process.env.FABRIC_BIN,
      searchPath: process.env.PATH,
      projectDirectory: fileURLToPath(new URL('../..', import.meta.url)),
    });
    const supervisor = await Supervisor.open({ directory: dataDirectory, report });
    try {
      const network = await FabricNetwork.prepare({
        topology,
        materialDirectory,
        dataDirectory,
        binaries,
        supervisor,
        report,
        chaincodeTls: 'none',
        pullRetryThreshold: '1s', // as when the transcripts were recorded; the usual 60 s stalls two steps
      });
      startAll(topology, (chaincode, mspId) =>
        startChaincode(chaincode, mspId, network.packageId(chaincode, mspId) ?? ''),
      );
      await network.start();
      await network.deploy();
    } catch (error) {
      await supervisor.close();
      throw error;
    }
    return { running: { engine: 'fabric', endpoints: new Map() }, close: () => supervisor.close() };
  },
};

function startAll(topology: Topology, start: (chaincode: string, mspId: string) => void): void {
  for (const { name, addresses } of topology.chaincodes) for (const mspId of Object.keys(addresses)) start(name, mspId);
}
