// What each organisation of the consortium runs beside its peer: a chaincode process and a gateway.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { acceptsConnections, answersOk } from '@medquorum/network/supervisor/probe';
import { PROJECT_DIR } from '../runtime.mjs';

const READY_TIMEOUT_MS = 60_000;
const NODE_ARGS = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0123'];

/** The chaincode whose processes these are; those of any other are started by whoever wrote it. */
export const CHAINCODE = 'ehr';

/**
 * @param {{directory: string, materialDirectory: string, topology: import('@medquorum/network/topology/topology').Topology, chaincodeTls: boolean,
 *   databaseUrlOf: (organization: string) => Promise<string>, users: {password: string}, gatewayEnv?: Record<string, string>}} options
 * @returns {Promise<import('@medquorum/network/consortium/run-consortium').OrganizationProcesses>}
 */
export async function organizationProcesses({
  directory,
  materialDirectory,
  topology,
  chaincodeTls,
  databaseUrlOf,
  users,
  gatewayEnv = {},
}) {
  // Each chaincode process knows its organisation's own description of the consortium: what differs from it is vetoed.
  const descriptionOf = ({ name }) => path.join(directory, 'organizations', name, 'consortium.json');
  const databaseUrls = new Map();
  for (const organization of topology.organizations) {
    const file = descriptionOf(organization);
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(topology));
    databaseUrls.set(organization.name, await databaseUrlOf(organization.name));
  }
  return {
    chaincode: ({ organization, chaincode, packageId, address, tls }) => {
      if (chaincode.name !== CHAINCODE) return undefined;
      const at = address.lastIndexOf(':');
      return {
        name: `chaincode-${chaincode.name}.${organization.name}`,
        command: process.execPath,
        args: [
          ...NODE_ARGS,
          path.join(PROJECT_DIR, 'chaincode', 'dist', 'server.js'),
          '--address',
          address,
          '--chaincode-id',
          packageId,
          '--consortium',
          descriptionOf(organization),
          ...(chaincodeTls
            ? ['--tls-cert', tls.certificate, '--tls-key', tls.key, '--tls-client-ca', tls.rootCertificate]
            : []),
        ],
        isReady: () => acceptsConnections(address.slice(0, at), Number(address.slice(at + 1))),
        readyTimeoutMs: READY_TIMEOUT_MS,
      };
    },
    application: ({ organization, directory: ownDirectory }) => ({
      name: `gateway.${organization.name}`,
      command: process.execPath,
      args: [
        ...NODE_ARGS,
        path.join(PROJECT_DIR, 'gateway', 'dist', 'server.js'),
        `--mspId=${organization.mspId}`,
        `--consortiumFile=${descriptionOf(organization)}`,
        `--material.dir=${materialDirectory}`,
        `--dataDir=${path.join(ownDirectory, 'gateway')}`,
      ],
      env: {
        ...gatewayEnv,
        DATABASE_URL: databaseUrls.get(organization.name),
        MQ_AUTH_BOOTSTRAP_ACCOUNTS: JSON.stringify([
          { username: 'admin', password: users.password, role: 'administrator' },
          { username: 'system', password: users.password, role: 'system' },
        ]),
      },
      isReady: () => answersOk(`http://${organization.host}:${organization.gatewayPort}/health/ready`),
      readyTimeoutMs: READY_TIMEOUT_MS,
    }),
  };
}

/**
 * One generated password for every demo user of this data folder; development only, readable by its owner alone.
 * An empty file is what a full disk has left: it counts as none.
 */
export function demoUsers(directory) {
  const file = path.join(directory, 'development-password');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (kept !== '') return { password: kept };
  const password = randomBytes(9).toString('base64url');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, password, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  return { password };
}
