import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadTopology } from '../topology/load-topology.ts';
import type { Topology } from '../topology/topology.ts';

/** The consortium that comes with the project. */
export const DEFAULT_TOPOLOGY_FILE = fileURLToPath(new URL('../../consortium.yaml', import.meta.url));
/** Where a network keeps its keys, ledgers and logs unless told otherwise. */
export const DEFAULT_DATA_DIRECTORY = path.join('.medquorum', 'network');

/** Options that every command on a network shares. */
export const NETWORK_OPTIONS = {
  topology: { type: 'string' },
  data: { type: 'string' },
  keys: { type: 'string' },
} as const;

export const NETWORK_OPTIONS_HELP = `  --topology FILE   description of the network (default: the project's consortium.yaml)
  --data DIR        where the network keeps its data (default: ${DEFAULT_DATA_DIRECTORY})
  --keys DIR        where its keys and certificates are (default: keys in the folder of --data)
`;

/** Options of every command that changes something. */
export const CHANGE_OPTIONS = { ...NETWORK_OPTIONS, 'dry-run': { type: 'boolean', default: false } } as const;
export const CHANGE_OPTIONS_HELP = `  --dry-run         say what would be done, and do nothing
${NETWORK_OPTIONS_HELP}`;

type Values = Readonly<{ topology?: string | undefined; data?: string | undefined; keys?: string | undefined }>;

export type NetworkPlace = Readonly<{ topology: Topology; dataDirectory: string; materialDirectory: string }>;

/** @throws TopologyError */
export async function networkPlace(values: Values): Promise<NetworkPlace> {
  const dataDirectory = path.resolve(values.data ?? DEFAULT_DATA_DIRECTORY);
  return {
    topology: await loadTopology(values.topology ?? DEFAULT_TOPOLOGY_FILE),
    dataDirectory,
    materialDirectory: path.resolve(values.keys ?? path.join(dataDirectory, 'keys')),
  };
}
