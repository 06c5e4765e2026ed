import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN_STATE = '0A';
const MAPPED_PREFIX = '0000000000000000FFFF0000';
const IPV6_LOOPBACK = '00000000000000000000000001000000';

/** Every `address:port` at which a process listens for TCP, sorted; from /proc (proc(5)), so on Linux only. */
export function listeningPlaces(pid: number): readonly string[] {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => /^socket:\[(\d+)\]$/.exec(link(pid, descriptor))?.[1] ?? []),
  );
  const places = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // Fields: slot, local address, remote address, state, ..., inode the tenth.
      .filter(([, , , state, , , , , , inode = '']) => state === LISTEN_STATE && own.has(inode))
      .map(([, local = '']) => place(local)),
  );
  return places.sort();
}

/** The children of a process, theirs, and so on. */
export function descendants(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 4, counted after the command in parentheses.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined; // gone meanwhile
  }
}

/** Addresses are hexadecimal, in words of four bytes of the machine's (little-endian) order. */
function place(hexadecimal: string): string {
  const [address = '', port = ''] = hexadecimal.split(':');
  return `${host(address)}:${Number.parseInt(port, 16)}`;
}

function host(address: string): string {
  if (address === IPV6_LOOPBACK) return '::1';
  if (address.length > 8 && !address.startsWith(MAPPED_PREFIX)) return address;
  const bytes = Buffer.from(address.slice(-8), 'hex').reverse();
  return [...bytes].join('.');
}

function link(pid: number, descriptor: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return ''; // closed meanwhile
  }
}
