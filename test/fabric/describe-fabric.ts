import { fileURLToPath } from 'node:url';
import {
  type FabricBinaries,
  findFabricBinaries,
  findFabricInstallations,
  INSTALL_ADVICE,
} from '@medquorum/network/fabric/fabric-binaries';

const PLACES = {
  fabricBin: process.env.FABRIC_BIN,
  searchPath: process.env.PATH,
  projectDirectory: fileURLToPath(new URL('../..', import.meta.url)),
};

/** A suite that needs Fabric's own programs: where there are none it is one test that says so, and the rest still runs. */
export function describeFabric(name: string, suite: (binaries: FabricBinaries) => void): void {
  const binaries = findFabricBinaries(PLACES);
  if (binaries !== undefined) describe(name, () => suite(binaries));
  else notRun(name);
}

/** The same for what has to work with every version of Fabric that is here; awaited at the top of a test file. */
export async function describeEveryFabric(name: string, suite: (binaries: FabricBinaries) => void): Promise<void> {
  const installations = await findFabricInstallations(PLACES);
  for (const { version, binaries } of installations) describe(`${name}, Fabric ${version}`, () => suite(binaries));
  if (installations.length === 0) notRun(name);
}

function notRun(name: string): void {
  it(`${name}: not run, Fabric's programs are not here`, () => {
    process.stderr.write(`${name} needs Hyperledger Fabric's programs: ${INSTALL_ADVICE}\n`);
    expect(findFabricBinaries(PLACES)).toBeUndefined();
  });
}
