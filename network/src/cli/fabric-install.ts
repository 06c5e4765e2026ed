import path from 'node:path';
import { findFabricInstallations, INSTALL_ADVICE } from '../fabric/fabric-binaries.ts';
import { installRelease } from '../fabric/install-release.ts';
import { FABRIC_VERSION, officialRelease, RELEASE_BASE_URL } from '../fabric/official-releases.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions, UsageError } from './command.ts';
import { PROJECT_DIRECTORY } from './project-directory.ts';

const BYTES_PER_MEGABYTE = 1_000_000;
/** Progress is told each time this many percent have come in. */
const PROGRESS_STEP_PERCENT = 10;

export const fabricInstall: Command = {
  name: 'fabric install',
  summary: "Download Fabric's own programs for this platform",
  help: `usage: medquorum fabric install [--directory DIR] [--base-url URL]

Downloads the official release of Hyperledger Fabric ${FABRIC_VERSION}, checks its SHA-256 against the pinned one and unpacks it. A
download that was cut short goes on where it stopped; a release that is there already is left alone.

  --directory DIR   where to (default: .fabric in the project)
  --base-url URL    a mirror (default: ${RELEASE_BASE_URL})
`,
  async run(argv, { stdout, stderr }) {
    const { directory, 'base-url': baseUrl } = parseOptions(argv, {
      directory: { type: 'string' },
      'base-url': { type: 'string' },
    });
    if (baseUrl !== undefined && !URL.canParse(baseUrl)) throw new UsageError(`--base-url: ${baseUrl} is no URL`);
    const release = officialRelease(process.platform, process.arch, baseUrl);
    if (release === undefined) {
      stderr.write(`there is no pinned release for ${process.platform}-${process.arch}: ${INSTALL_ADVICE}\n`);
      return EXIT_FAILED;
    }
    const target = path.resolve(directory ?? path.join(PROJECT_DIRECTORY, '.fabric'));
    const standing = await findFabricInstallations({ fabricBin: path.join(target, 'bin'), projectDirectory: target });
    const there = standing.find(({ version }) => version === release.version);
    if (there !== undefined) {
      stderr.write(`version ${release.version} is there already\n`);
      stdout.write(`${there.directory}\n`);
      return EXIT_OK;
    }
    stderr.write(`downloading ${release.url}\n`);
    let told = 0;
    const folder = await installRelease({
      release,
      directory: target,
      onProgress(received, total) {
        const percent = total === undefined ? 0 : Math.floor((100 * received) / total);
        if (percent < told + PROGRESS_STEP_PERCENT) return;
        told = percent - (percent % PROGRESS_STEP_PERCENT);
        stderr.write(`${told} % of ${Math.round((total ?? 0) / BYTES_PER_MEGABYTE)} MB\n`);
      },
    });
    stdout.write(`${folder}\n`);
    return EXIT_OK;
  },
};
