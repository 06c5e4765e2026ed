// MedQuorum as an application that a network hosts: a chaincode process and a gateway per organisation, and their databases.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { endLeftPostgres, startEmbeddedPostgres } from '@medquorum/gateway/database/embedded-postgres';
import { removePostgresData } from '@medquorum/gateway/database/postgres-place';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { overview } from './overview.mjs';
import { CHAINCODE, demoUsers, organizationProcesses } from './processes.mjs';

const databaseFolder = (directory) => path.join(directory, 'postgres');

/** @type {import('@medquorum/network/consortium/hosted-application').HostedApplication} */
export const MEDQUORUM = {
  describes: ({ chaincodes, organizations }) =>
    chaincodes.some(({ name }) => name === CHAINCODE) &&
    organizations.some(({ gatewayPort }) => gatewayPort !== undefined),
  async processes(context) {
    await refuseTakenPorts(context.topology);
    const postgres = await startEmbeddedPostgres({ dir: databaseFolder(context.directory) });
    context.report('PostgreSQL runs');
    try {
      const databaseUrlOf = (name) => postgres.urlFor(`gateway_${name.replaceAll('-', '_')}`);
      const users = demoUsers(context.directory);
      const processes = await organizationProcesses({ ...context, databaseUrlOf, users });
      return { ...processes, close: () => postgres.close() };
    } catch (error) {
      await postgres.close();
      throw error;
    }
  },
  overview: (topology, directory) => overview(topology, demoUsers(directory), false),
  async reset(directory, { dryRun }) {
    const folder = databaseFolder(directory);
    if (!existsSync(folder)) return [];
    if (dryRun) return [folder];
    await endLeftPostgres(folder);
    removePostgresData(folder);
    return [folder];
  },
};

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
  throw Object.assign(
    new Error(
      `MQ_PORT_TAKEN: port ${first.port} (${first.what}) is taken${taken.length > 1 ? `, and ${taken.length - 1} more` : ''}: stop what uses it (${cure}), or change the ports in the topology`,
    ),
    { code: 'MQ_PORT_TAKEN' },
  );
}
