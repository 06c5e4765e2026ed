import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectionFile } from '@medquorum/network/connection/connection-file';
import type { EngineName } from '@medquorum/network/consortium/engine';
import type { CutMode } from '@medquorum/network/embedded/orderer/orderer';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import type { Consensus } from '@medquorum/network/topology/topology';
import { ChildProcesses } from './child-processes.ts';
import { PROBE_ENGINES } from './probe-engines.ts';
import { probeTopology } from './probe-topology.ts';

const PROBE_CHAINCODE = fileURLToPath(new URL('./probe-chaincode/index.js', import.meta.url));

export type ProbeNetwork = Readonly<{
  /** What the driver takes as `--connection`. */
  connectionFile: string;
  close(): Promise<void>;
}>;

/** Starts the network that the scenarios need, with its chaincode processes, in a folder that goes with it. */
export async function startProbeNetwork(
  engine: EngineName,
  ordering: Consensus,
  cutting: CutMode,
  report: (line: string) => void,
): Promise<ProbeNetwork> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medquorum-conformance-'));
  const processes = new ChildProcesses();
  const cleanUp: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    const topology = await probeTopology(ordering);
    const materialDirectory = path.join(folder, 'pki');
    await generateMaterial(topology, materialDirectory);
    cleanUp.push(() => processes.close());
    const addresses = new Map(topology.chaincodes.map((chaincode) => [chaincode.name, chaincode.addresses]));
    const run = await PROBE_ENGINES[engine]({
      topology,
      materialDirectory,
      dataDirectory: path.join(folder, 'data'),
      report,
      cutting,
      startChaincode: (chaincode, mspId, chaincodeId) =>
        processes.start(PROBE_CHAINCODE, {
          CHAINCODE_ID: chaincodeId,
          CHAINCODE_SERVER_ADDRESS: addresses.get(chaincode)?.[mspId] ?? '',
          PROBE_ORG: mspId,
        }),
    });
    cleanUp.push(() => run.close());
    const connection = connectionFile(topology, materialDirectory, run.running);
    const [chaincode, chaincode2] = connection.chaincodes;
    const file = path.join(folder, 'connection.json');
    await writeFile(file, JSON.stringify({ ...connection, chaincode, chaincode2, ordering }, undefined, 2));
    return { connectionFile: file, close };
  } catch (error) {
    await close();
    throw error;
  }
}
