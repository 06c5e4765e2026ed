import path from 'node:path';
import type { RunningNetwork } from '../connection/connection-file.ts';
import { loadMaterial } from '../pki/load-material.ts';
import type { Topology } from '../topology/topology.ts';
import type { EmbeddedNetwork } from './embedded-network.ts';
import { followRevocations } from './follow-revocations.ts';
import { networkOptionsFrom } from './from-topology.ts';
import type { NetworkOptions } from './network-options.ts';
import { startNetwork } from './start-network.ts';

export type RunEmbeddedOptions = Readonly<{
  topology: Topology;
  /** Keys and certificates, made before; changed revocation lists in it are taken over while the network runs. */
  materialDirectory: string;
  /** Folder of the ledger. */
  dataDirectory: string;
  /** One line for people. */
  report(line: string): void;
}> &
  Pick<NetworkOptions, 'cutting' | 'log' | 'chaincodeWaitMs'>;

export type EmbeddedRun = Readonly<{
  network: EmbeddedNetwork;
  running: RunningNetwork;
  close(): Promise<void>;
}>;

/**
 * Starts the embedded network of a topology with the material on disk.
 * @throws what loadMaterial and startNetwork throw
 */
export async function runEmbedded(options: RunEmbeddedOptions): Promise<EmbeddedRun> {
  const { topology, materialDirectory, dataDirectory, report, ...networkOptions } = options;
  const material = await loadMaterial(topology, materialDirectory);
  const network = await startNetwork({
    ...networkOptionsFrom(topology, material),
    ...networkOptions,
    directory: path.join(dataDirectory, 'ledger'),
  });
  const following = followRevocations(material, network, report);
  return {
    network,
    running: {
      engine: 'embedded',
      endpoints: new Map(network.organizations.map(({ mspId, address }) => [mspId, address])),
      ...(network.adminUrl === undefined ? {} : { adminUrl: network.adminUrl }),
    },
    async close() {
      following.close();
      await network.close();
    },
  };
}
