import { fileURLToPath } from 'node:url';
import { type FabricBinaries, findFabricBinaries, INSTALL_ADVICE } from '@medquorum/network/fabric/fabric-binaries';

/** A suite that needs Fabric's own programs: where there are none it is one test that says so, and the rest still runs. */
export function describeFabric(name: string, suite: (binaries: FabricBinaries) => void): void {
  const binaries = findFabricBinaries({
    fabricBin: process.env.FABRIC_BIN,
    searchPath: process.env.PATH,
    projectDirectory: fileURLToPath(new URL('../..', import.meta.url)),
  });
  if (binaries !== undefined) {
    describe(name, () => suite(binaries));
    return;
  }
  it(`${name}: not run, Fabric's programs are not here`, () => {
    process.stderr.write(`${name} needs Hyperledger Fabric's programs: ${INSTALL_ADVICE}\n`);
    expect(binaries).toBeUndefined();
  });
}
