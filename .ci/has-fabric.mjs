// Exit status 0 where the suites find Fabric's programs, by the same search; 1 with one line that says why not.
import process from 'node:process';
import { PROJECT_DIR, prepare } from '../scripts/runtime.mjs';

await prepare(import.meta);
const { requireFabricBinaries } = await import('@medquorum/network/fabric/fabric-binaries');
const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
try {
  await requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIR });
} catch (error) {
  process.stdout.write(`FABRIC NOT RUN: no suite ran on native Fabric: ${error.message}\n`);
  process.exitCode = 1;
}
