import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { namesIn } from '../supervisor/names-in.ts';

/**
 * Where a peer keeps what the external builder made of each package, below its data. It is copied there after the build, the folder and
 * `build-info.json` first, and a folder that is there is never built again.
 */
const BUILDS = path.join('externalbuilder', 'builds');

/** What a build of our builder has, the file that is copied last among them. All are JSON, and no part of one is. */
const FILES_OF_A_BUILD = ['build-info.json', 'release/chaincode/server/connection.json', 'bld/connection.json'];

/** Deletes the builds of a peer that does not run which were copied only in part, so that it builds them anew when it starts. */
export function discardPartialBuilds(dataDirectory: string): void {
  const builds = path.join(dataDirectory, BUILDS);
  for (const name of namesIn(builds)) {
    const build = path.join(builds, name);
    if (!FILES_OF_A_BUILD.every((file) => isJson(path.join(build, file))))
      rmSync(build, { recursive: true, force: true });
  }
}

/** A file that cannot be read for another reason than that it is missing is not for this code to judge. */
function isJson(file: string): boolean {
  try {
    JSON.parse(readFileSync(file, 'utf8'));
    return true;
  } catch (cause) {
    if (cause instanceof SyntaxError || (cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw cause;
  }
}
