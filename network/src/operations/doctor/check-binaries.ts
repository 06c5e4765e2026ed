import path from 'node:path';
import {
  type BinaryPlaces,
  FABRIC_PROGRAMS,
  findFabricBinaries,
  INSTALL_ADVICE,
  OLDEST_FABRIC_MAJOR,
  tooOld,
} from '../../fabric/fabric-binaries.ts';
import { FABRIC_VERSION } from '../../fabric/official-releases.ts';
import { majorOf, programVersion } from '../../fabric/program-version.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const CHECK = 'programs';
const MIN_NODE = [24, 2] as const;

/** Node's version, and Fabric's programs with theirs, where the engine needs them. */
export async function checkBinaries(places: BinaryPlaces, needsFabric: boolean): Promise<Finding[]> {
  const findings = [checkNode(process.versions.node)];
  const binaries = findFabricBinaries(places);
  if (binaries === undefined) {
    const detail = `not all of ${FABRIC_PROGRAMS.join(', ')} were found`;
    findings.push(
      needsFabric
        ? problem(CHECK, 'Fabric', detail, INSTALL_ADVICE)
        : ok(CHECK, 'Fabric', `${detail}; not needed here`),
    );
    return findings;
  }
  const { fabricBin } = places;
  if (fabricBin !== undefined && fabricBin !== '' && path.dirname(binaries.peer) !== path.resolve(fabricBin)) {
    const detail = `${fabricBin} has not all of ${FABRIC_PROGRAMS.join(', ')}: they are taken from elsewhere`;
    findings.push(warning(CHECK, 'FABRIC_BIN', detail, 'set it to the bin folder of a release, or unset it'));
  }
  for (const program of ['peer', 'orderer'] as const) {
    const file = binaries[program];
    const version = await programVersion(file);
    if (version === undefined) {
      findings.push(problem(CHECK, program, `${file} does not tell its version`, INSTALL_ADVICE));
    } else if (needsFabric && majorOf(version) < OLDEST_FABRIC_MAJOR) {
      findings.push(problem(CHECK, program, tooOld(file, version), INSTALL_ADVICE));
    } else if (!version.startsWith(`${majorMinor(FABRIC_VERSION)}.`)) {
      const detail = `${file} is version ${version}, tested is ${FABRIC_VERSION}`;
      findings.push(warning(CHECK, program, detail, INSTALL_ADVICE));
    } else {
      findings.push(ok(CHECK, program, `${file}, version ${version}`));
    }
  }
  return findings;
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = MIN_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return ok(CHECK, 'Node.js', version);
  return problem(
    CHECK,
    'Node.js',
    version,
    `install Node.js ${MIN_NODE.join('.')} or newer, or run npm ci, which brings it`,
  );
}

const majorMinor = (version: string) => version.split('.').slice(0, 2).join('.');
