// The consortium of a topology on this machine: network, chaincodes, database, gateways, sample charts.

import path from 'node:path';
import { runConsortium } from '@medquorum/network/consortium/run-consortium';
import { bringUp } from '@medquorum/network/supervisor/bring-up';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import { MEDQUORUM } from './application.mjs';
import { engineMaker } from './engines.mjs';
import { loadCharts } from './load-charts.mjs';
import { overview } from './overview.mjs';
import { demoUsers } from './processes.mjs';

/**
 * @param {{engine: string, topologyFile: string, directory: string, charts: boolean, report: (line: string) => void, signal: AbortSignal}} options
 * @returns what runs, or undefined where the signal was given before it was up
 */
export async function startConsortium({ engine, topologyFile, directory, charts, report, signal }) {
  const makeEngine = await engineMaker(engine, topologyFile);
  const topology = await loadTopology(topologyFile);
  const context = {
    topology,
    directory,
    materialDirectory: path.join(directory, 'keys'),
    // The embedded network reaches chaincode processes over loopback only.
    chaincodeTls: engine !== 'embedded',
    report,
  };
  let consortium;
  const start = async () => {
    consortium = await runConsortium({
      ...context,
      engine,
      processes: () => MEDQUORUM.processes(context),
      makeEngine,
      signal,
    });
    const users = demoUsers(directory);
    if (charts) await loadCharts({ topology, users, report });
    return { table: overview(topology, users, charts), ...consortium };
  };
  try {
    // Charts that are being loaded when it is stopped fail with their gateways; the next start goes on with them.
    return await bringUp({ signal, start, close: async () => consortium?.close() });
  } catch (error) {
    if (error.code === 'MQ_INTERRUPTED') return undefined;
    throw error;
  }
}
