import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { FabricError } from './fabric-error.ts';
import { majorOf, programVersion } from './program-version.ts';

/** The programs of the official release that running a network needs. */
export const FABRIC_PROGRAMS = ['peer', 'orderer', 'configtxgen', 'configtxlator', 'osnadmin'] as const;
export type FabricProgram = (typeof FABRIC_PROGRAMS)[number];
export type FabricBinaries = Readonly<Record<FabricProgram, string>>;

/** The official way to install them, told wherever they are missing. */
export const INSTALL_ADVICE =
  'run `npx medquorum fabric install`, or unpack an official release (https://github.com/hyperledger/fabric/releases) and set FABRIC_BIN to its bin folder';

/** The oldest major version that runs the channels of this project: BFT orderers and the channel capability V3_0 came with it. */
export const OLDEST_FABRIC_MAJOR = 3;

export type BinaryPlaces = Readonly<{
  /** `FABRIC_BIN` of the environment. */
  fabricBin?: string | undefined;
  /** `PATH` of the environment. */
  searchPath?: string | undefined;
  /** Folder that holds `.fabric/bin` of an installed release. */
  projectDirectory: string;
}>;

/** A place with all programs, and what its `peer` says of its version. */
export type FabricInstallation = Readonly<{ directory: string; version: string; binaries: FabricBinaries }>;

/**
 * Fabric's programs from the first place that has all of them: FABRIC_BIN, then PATH, then `.fabric/bin`.
 * @returns undefined where none has; a place with only some of them does not count
 */
export function findFabricBinaries(places: BinaryPlaces): FabricBinaries | undefined {
  const { fabricBin, path: folders, own } = foldersOf(places);
  for (const candidates of [fabricBin, folders, own]) {
    const found = allIn(candidates);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every version of Fabric that is here, in the order of the search: the first folder of each that has all programs by itself. */
export async function findFabricInstallations(places: BinaryPlaces): Promise<FabricInstallation[]> {
  const { fabricBin, path: folders, own } = foldersOf(places);
  const installations = new Map<string, FabricInstallation>();
  for (const directory of [...fabricBin, ...folders, ...own]) {
    const binaries = allIn([directory]);
    if (binaries === undefined) continue;
    const version = await programVersion(binaries.peer);
    if (version === undefined || installations.has(version)) continue;
    installations.set(version, { directory, version, binaries });
  }
  return [...installations.values()];
}

/**
 * The programs to run a network with.
 * @throws FabricError `MQ_FABRIC_MISSING` or `MQ_FABRIC_VERSION`, with the way to install or choose them, in one line
 */
export async function requireFabricBinaries(places: BinaryPlaces): Promise<FabricBinaries> {
  const found = findFabricBinaries(places);
  if (found === undefined) {
    throw new FabricError(
      'MQ_FABRIC_MISSING',
      `Hyperledger Fabric's programs (${FABRIC_PROGRAMS.join(', ')}) were not found: ${INSTALL_ADVICE}`,
    );
  }
  for (const program of ['peer', 'orderer'] as const) {
    const version = await programVersion(found[program]);
    if (version === undefined || majorOf(version) >= OLDEST_FABRIC_MAJOR) continue;
    const usable = (await findFabricInstallations(places)).find((it) => majorOf(it.version) >= OLDEST_FABRIC_MAJOR);
    throw new FabricError('MQ_FABRIC_VERSION', `${tooOld(found[program], version)}: ${cureOfOldPrograms(usable)}`);
  }
  return found;
}

/** What is wrong with programs of an earlier major version. */
export const tooOld = (file: string, version: string) =>
  `${file} is version ${version}; a network of this project needs Fabric ${OLDEST_FABRIC_MAJOR} or newer`;

const cureOfOldPrograms = (usable: FabricInstallation | undefined) =>
  usable === undefined
    ? INSTALL_ADVICE
    : `set FABRIC_BIN to ${path.resolve(usable.directory)}, which has version ${usable.version}`;

type Folders = readonly string[];

function foldersOf({ fabricBin, searchPath, projectDirectory }: BinaryPlaces) {
  return {
    fabricBin: (fabricBin === undefined || fabricBin === '' ? [] : [fabricBin]) as Folders,
    path: (searchPath ?? '').split(path.delimiter).filter((folder) => folder !== '') as Folders,
    own: [path.join(projectDirectory, '.fabric', 'bin')] as Folders,
  };
}

/** Each program from the first of the folders that has it; undefined when one is in none. */
function allIn(folders: Folders): FabricBinaries | undefined {
  const found = FABRIC_PROGRAMS.map((program) => [program, firstExecutable(folders, program)] as const);
  return found.every(([, file]) => file !== undefined) ? (Object.fromEntries(found) as FabricBinaries) : undefined;
}

function firstExecutable(folders: Folders, program: string): string | undefined {
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
