import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { FabricError } from './fabric-error.ts';

/** The programs of the official release that running a network needs. */
export const FABRIC_PROGRAMS = ['peer', 'orderer', 'configtxgen', 'configtxlator', 'osnadmin'] as const;
export type FabricProgram = (typeof FABRIC_PROGRAMS)[number];
export type FabricBinaries = Readonly<Record<FabricProgram, string>>;

/** The official way to install them, told wherever they are missing. */
export const INSTALL_ADVICE =
  'run `npx medquorum fabric install`, or unpack an official release (https://github.com/hyperledger/fabric/releases) and set FABRIC_BIN to its bin folder';

export type BinaryPlaces = Readonly<{
  /** `FABRIC_BIN` of the environment. */
  fabricBin?: string | undefined;
  /** `PATH` of the environment. */
  searchPath?: string | undefined;
  /** Folder that holds `.fabric/bin` of an installed release. */
  projectDirectory: string;
}>;

/**
 * Fabric's programs from the first place that has all of them: FABRIC_BIN, then PATH, then `.fabric/bin`.
 * @returns undefined where none has; a place with only some of them does not count
 */
export function findFabricBinaries({
  fabricBin,
  searchPath,
  projectDirectory,
}: BinaryPlaces): FabricBinaries | undefined {
  const folders = (searchPath ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const own = path.join(projectDirectory, '.fabric', 'bin');
  for (const candidates of [fabricBin === undefined || fabricBin === '' ? [] : [fabricBin], folders, [own]]) {
    const found = FABRIC_PROGRAMS.map((program) => [program, firstExecutable(candidates, program)] as const);
    if (found.every(([, file]) => file !== undefined)) return Object.fromEntries(found) as FabricBinaries;
  }
  return undefined;
}

/** @throws FabricError `MQ_FABRIC_MISSING` with the way to install them, in one line */
export function requireFabricBinaries(places: BinaryPlaces): FabricBinaries {
  const found = findFabricBinaries(places);
  if (found !== undefined) return found;
  throw new FabricError(
    'MQ_FABRIC_MISSING',
    `Hyperledger Fabric's programs (${FABRIC_PROGRAMS.join(', ')}) were not found: ${INSTALL_ADVICE}`,
  );
}

function firstExecutable(folders: readonly string[], program: string): string | undefined {
  const name = process.platform === 'win32' ? `${program}.exe` : program;
  return folders.map((folder) => path.resolve(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
