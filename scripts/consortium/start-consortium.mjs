// The consortium of a topology on this machine: network, chaincodes, database, gateways, sample charts.
import path from 'node:path';
import process from 'node:process';
import { startEmbeddedPostgres } from '@medquorum/gateway/database/embedded-postgres';
import { runConsortium } from '@medquorum/network/consortium/run-consortium';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import { engineMaker } from './engines.mjs';
import { loadCharts } from './load-charts.mjs';
import { overview } from './overview.mjs';
import { demoUsers, organizationProcesses } from './processes.mjs';

/**
 * @param {{engine: string, topologyFile: string, directory: string, charts: boolean, report: (line: string) => void, stopRequested: Promise<unknown>}} options
 * @returns what runs, or undefined where stopping was requested before it was up
 */
export async function startConsortium({ engine, topologyFile, directory, charts, report, stopRequested }) {
  const makeEngine = await engineMaker(engine, topologyFile);
  const topology = await loadTopology(topologyFile);
  await refuseTakenPorts(topology);
  const closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  let stopping = false;
  stopRequested.then(() => {
    stopping = true;
  });
  try {
    const postgres = await startEmbeddedPostgres({ dir: path.join(directory, 'postgres') });
    closers.push(() => postgres.close());
    report('PostgreSQL runs');
    const users = demoUsers(directory);
    const databaseUrlOf = (name) => postgres.urlFor(`gateway_${name.replaceAll('-', '_')}`);
    // The embedded network reaches chaincode processes over loopback only.
    const chaincodeTls = engine !== 'embedded';
    const processes = await organizationProcesses({
      directory,
      topology,
      chaincodeTls,
      databaseUrlOf,
      users,
    });
    if (stopping) return await close();
    const consortium = await runConsortium({ topology, directory, processes, makeEngine, report });
    closers.push(() => consortium.close());
    if (stopping) return await close();
    if (charts) await loadCharts({ topology, users, directory, report });
    return { table: overview(topology, users, charts), status: () => consortium.status(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A port that is taken would make one process of many fail after half a minute: it is found first, and named with its cure. */
async function refuseTakenPorts(topology) {
  const wanted = topology.organizations.flatMap(({ host, name, peers, gatewayPort }) => [
    ...peers.map((peer) => ({ host: peer.host ?? host, port: peer.port, what: `peer of ${name}` })),
    ...(gatewayPort === undefined ? [] : [{ host, port: gatewayPort, what: `gateway of ${name}` }]),
  ]);
  const taken = [];
  for (const place of wanted) if (await acceptsConnections(place.host, place.port)) taken.push(place);
  if (taken.length === 0) return;
  const [first] = taken;
  const cure =
    process.platform === 'win32' ? `netstat -ano | findstr :${first.port}` : `lsof -iTCP:${first.port} -sTCP:LISTEN`;
  throw new Error(
    `port ${first.port} (${first.what}) is taken${taken.length > 1 ? `, and ${taken.length - 1} more` : ''}: stop what uses it (${cure}), or change the ports in the topology`,
  );
}
