// How each engine is brought up on this machine.
import path from 'node:path';
import process from 'node:process';
import { requireFabricBinaries } from '@medquorum/network/fabric/fabric-binaries';
import { FabricNetwork } from '@medquorum/network/operations/fabric-network';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { PROJECT_DIR } from '../runtime.mjs';

const NETWORK_READY_TIMEOUT_MS = 30_000;

/**
 * @param {string} name of the engine
 * @returns {Promise<(context: import('@medquorum/network/consortium/run-consortium').EngineContext) => Promise<import('@medquorum/network/consortium/engine').Engine>>}
 * @throws FabricError when Fabric's programs are missing or too old
 */
export async function engineMaker(name, topologyFile, chaincodeTls = 'mutual') {
  if (name === 'embedded') return (context) => embeddedEngine(context, topologyFile);
  if (name === 'fabric') {
    const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
    const binaries = await requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIR });
    return (context) => FabricNetwork.prepare({ ...context, binaries, chaincodeTls });
  }
  throw new Error(`no engine '${name}': embedded or fabric`);
}

/** The embedded network is one process of its own, so that it can be killed and come back like any other part. */
async function embeddedEngine({ topology, materialDirectory, dataDirectory, supervisor }, topologyFile) {
  return {
    packageId: (chaincode, mspId) =>
      topology.chaincodes.find(({ name }) => name === chaincode)?.addresses[mspId] === undefined
        ? undefined
        : `${chaincode}:embedded`,
    start: () =>
      supervisor.start({
        name: 'network',
        command: process.execPath,
        args: [
          '--disable-warning=ExperimentalWarning',
          '--disable-warning=DEP0123',
          path.join(PROJECT_DIR, 'scripts', 'medquorum.mjs'),
          'network',
          'up',
          '--engine',
          'embedded',
          '--topology',
          topologyFile,
          '--data',
          path.join(dataDirectory, 'network'),
          '--keys',
          materialDirectory,
        ],
        isReady: async () => {
          const peers = topology.organizations.map(({ host, peers: [peer] }) =>
            acceptsConnections(peer.host ?? host, peer.port),
          );
          return (await Promise.all(peers)).every(Boolean);
        },
        readyTimeoutMs: NETWORK_READY_TIMEOUT_MS,
      }),
    deploy: async () => {},
  };
}
