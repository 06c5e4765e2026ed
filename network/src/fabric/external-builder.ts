import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Package type of a chaincode that runs as a service (Fabric: Running Chaincode as an External Service). */
export const CHAINCODE_PACKAGE_TYPE = 'ccaas';

/**
 * The three programs of Fabric's external builder interface, for POSIX shells. Nothing is built: the package says where the chaincode listens,
 * and the peer reads that from `chaincode/server/connection.json` of the release.
 */
const SCRIPTS = {
  // detect SOURCE METADATA: is this a chaincode as a service?
  detect: `#!/bin/sh
grep -q '"type"[[:space:]]*:[[:space:]]*"${CHAINCODE_PACKAGE_TYPE}"' "$2/metadata.json"
`,
  // build SOURCE METADATA OUTPUT: keep the connection, and the state database indexes where there are any
  build: `#!/bin/sh
set -e
if [ ! -f "$1/connection.json" ]; then
  echo "connection.json is missing from the package: it says where the chaincode listens" >&2
  exit 1
fi
cp "$1/connection.json" "$3/connection.json"
if [ -d "$1/META-INF" ]; then cp -R "$1/META-INF" "$3/META-INF"; fi
`,
  // release BUILD OUTPUT: hand both to the peer
  release: `#!/bin/sh
set -e
mkdir -p "$2/chaincode/server"
cp "$1/connection.json" "$2/chaincode/server/connection.json"
if [ -d "$1/META-INF" ]; then cp -R "$1/META-INF/." "$2/"; fi
`,
};

/** Writes the builder into `directory/bin`. */
export function writeExternalBuilder(directory: string): void {
  const bin = path.join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const [name, script] of Object.entries(SCRIPTS)) writeFileSync(path.join(bin, name), script, { mode: 0o755 });
}
