import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GatewayError } from '../gateway-error.ts';

export type UnixUser = Readonly<{ name: string; uid: number; gid: number }>;

/**
 * PostgreSQL refuses to run as root. As root, the user it runs as: `postgres` where there is one, else `nobody`.
 * Otherwise undefined: it runs as the user that we are.
 */
export function unprivilegedUser(): UnixUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new GatewayError('MQ_CONFIG_INVALID', 'running as root without a user postgres or nobody: set DATABASE_URL');
}

/** Whether `user` may pass through every folder above `path` (a private home of root stops others). */
export function isReachableBy(user: UnixUser, path: string): boolean {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found !== undefined && !maySearch(user, found)) return false;
    if (dirname(folder) === folder) return true;
  }
}

function maySearch(user: UnixUser, { uid, gid, mode }: Readonly<{ uid: number; gid: number; mode: number }>): boolean {
  if (uid === user.uid) return (mode & 0o100) !== 0;
  return (mode & (gid === user.gid ? 0o010 : 0o001)) !== 0;
}
