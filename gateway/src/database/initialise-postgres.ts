import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { GatewayError } from '../gateway-error.ts';
import { POSTGRES_USER } from './running-server.ts';
import type { UnixUser } from './unprivileged-user.ts';

/** A folder cannot be removed at the moment at which an initdb that is left over writes into it. */
const RETRIES = 10;

/** Whether a server can start on this data. */
export function isInitialised(dataDir: string): boolean {
  return existsSync(join(dataDir, 'PG_VERSION'));
}

/**
 * Makes the data of a server, and its password in `dir`.
 *
 * @throws GatewayError `MQ_CONFIG_INVALID`
 */
export async function initialise(
  binDir: string,
  dataDir: string,
  dir: string,
  user: UnixUser | undefined,
): Promise<void> {
  const passwordFile = join(dir, 'password');
  // Made aside and renamed: initdb writes its version file early, so one that is cut short looks like a whole one. Each
  // attempt has a name of its own: the initdb of a killed process lives on, and removes what it made when it fails.
  const aside = `${dataDir}.${randomBytes(6).toString('hex')}.new`;
  for (const left of [...attempts(dataDir), dataDir])
    rmSync(left, { recursive: true, force: true, maxRetries: RETRIES });
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const readable = join(dirname(dataDir), '.initdb-password');
  writeFileSync(readable, readFileSync(passwordFile), { mode: 0o600 });
  if (user !== undefined) chownSync(readable, user.uid, user.gid);
  try {
    const flags = [`--pgdata=${aside}`, `--username=${POSTGRES_USER}`, `--pwfile=${readable}`];
    const fixed = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'];
    await promisify(execFile)(join(binDir, 'initdb'), [...flags, ...fixed], processOptions(dirname(dataDir), user));
    renameSync(aside, dataDir);
  } catch (cause) {
    throw new GatewayError('MQ_CONFIG_INVALID', 'the embedded PostgreSQL could not be initialised', { cause });
  } finally {
    rmSync(readable, { force: true });
  }
}

function attempts(dataDir: string): readonly string[] {
  const folder = dirname(dataDir);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(dataDir)}.`) && name.endsWith('.new'))
    .map((name) => join(folder, name));
}

/** How programs of PostgreSQL are run: as its user, in a language of their own. */
export function processOptions(cwd: string, user: UnixUser | undefined, more: Readonly<Record<string, string>> = {}) {
  const env = {
    PATH: process.env.PATH ?? '',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(process.platform === 'win32' ? process.env : {}),
    ...more,
  };
  return { cwd, env, ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }) };
}
