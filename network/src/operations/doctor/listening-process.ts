import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN_STATE = '0A';

/**
 * Process id and command of whoever listens on a TCP port of this machine, from /proc (proc(5)). Undefined where nobody does, where it belongs to
 * another user, and on systems without /proc.
 */
export function listeningProcess(port: number): Readonly<{ pid: number; command: string }> | undefined {
  const inodes = new Set([...socketInodes('/proc/net/tcp', port), ...socketInodes('/proc/net/tcp6', port)]);
  if (inodes.size === 0) return undefined;
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return { pid: Number(pid), command: commandOf(pid) };
    }
  }
  return undefined;
}

/** Fields: slot, local address (hexadecimal `address:port`), remote address, state, ..., inode the tenth. */
function socketInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return read(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTEN_STATE && local?.endsWith(wanted))
    .flatMap((fields) => fields[9] ?? []);
}

const commandOf = (pid: string) => read(`/proc/${pid}/comm`).trim() || 'unknown';

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone, not ours, or no /proc here
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
