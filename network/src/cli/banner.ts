import type { ConnectionFile } from '../connection/connection-file.ts';
import type { Topology } from '../topology/topology.ts';

/** What a developer needs to know of a network that has come up: where, and as whom, to connect. */
export function banner(topology: Topology, connection: ConnectionFile, startedInMs: number): string {
  const chaincodes = topology.chaincodes.map(({ name, version, endorsementPolicy, addresses }) =>
    [
      `  ${name} ${version}  ${endorsementPolicy}`,
      ...Object.entries(addresses).map(([mspId, at]) => `    ${mspId} dials ${at}`),
    ].join('\n'),
  );
  const organizations = connection.organizations.map(({ displayName, mspId, endpoint, serverName, tlsCa, clients }) =>
    [
      `  ${displayName} (${mspId})`,
      `    gateway   ${endpoint}  (TLS name ${serverName})`,
      `    TLS root  ${tlsCa}`,
      ...Object.entries(clients).map(([name, { cert }]) => `    ${name.padEnd(9)} ${cert}`),
    ].join('\n'),
  );
  return [
    `Channel ${connection.channel} on the ${connection.engine} network is ready after ${(startedInMs / 1000).toFixed(1)} s.`,
    'Its identities are for development only: anyone who reads this folder can act as anybody.',
    '',
    'Organisations',
    ...organizations,
    'Chaincodes',
    ...(chaincodes.length === 0 ? ['  none'] : chaincodes),
    ...(connection.adminUrl === undefined ? [] : ['Administration (this machine only)', `  ${connection.adminUrl}`]),
    '',
  ].join('\n');
}
