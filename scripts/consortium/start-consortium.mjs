// The consortium of a topology on this machine: network, chaincodes, database, gateways, sample charts.

import path from 'node:path';
import { runConsortium } from '@medquorum/network/consortium/run-consortium';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import { MEDQUORUM } from './application.mjs';
import { engineMaker } from './engines.mjs';
import { loadCharts } from './load-charts.mjs';
import { overview } from './overview.mjs';
import { demoUsers } from './processes.mjs';

/**
 * @param {{engine: string, topologyFile: string, directory: string, charts: boolean, report: (line: string) => void, stopRequested: Promise<unknown>}} options
 * @returns what runs, or undefined where stopping was requested before it was up
 */
export async function startConsortium({ engine, topologyFile, directory, charts, report, stopRequested }) {
  const makeEngine = await engineMaker(engine, topologyFile);
  const topology = await loadTopology(topologyFile);
  const stopping = new AbortController();
  stopRequested.then(() => stopping.abort());
  const context = {
    topology,
    directory,
    materialDirectory: path.join(directory, 'keys'),
    // The embedded network reaches chaincode processes over loopback only.
    chaincodeTls: engine !== 'embedded',
    report,
  };
  let consortium;
  try {
    consortium = await runConsortium({
      ...context,
      engine,
      processes: () => MEDQUORUM.processes(context),
      makeEngine,
      signal: stopping.signal,
    });
    const users = demoUsers(directory);
    if (charts) await loadCharts({ topology, users, directory, report });
    return { table: overview(topology, users, charts), ...consortium };
  } catch (error) {
    await consortium?.close();
    if (error.code === 'MQ_INTERRUPTED') return undefined;
    throw error;
  }
}
