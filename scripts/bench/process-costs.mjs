// What the consortium's processes cost, by what they are: CPU time is the steadiest thing to compare on a machine that others use too.
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Linux counts process times in ticks of a hundredth of a second (sysconf _SC_CLK_TCK). */
const MS_PER_TICK = 10;

/**
 * Process ids by kind: the first part of a supervised process's name, `postgres` for the database servers that this
 * process started, `client` for itself.
 *
 * @param {readonly {name: string, pid?: number}[]} statuses
 * @returns {Map<string, number[]>}
 */
export function processKinds(statuses) {
  const table = processTable();
  const kinds = new Map([['client', [process.pid]]]);
  const add = (kind, pid) => kinds.set(kind, [...(kinds.get(kind) ?? []), pid]);
  for (const { name, pid } of statuses) if (pid !== undefined) add(name.split('.')[0], pid);
  for (const [pid, { command }] of table) if (command === 'postgres' && isOurs(table, pid)) add('postgres', pid);
  return kinds;
}

/**
 * User and system time so far in ms, by kind. A server that has ended its backend still counts it, as its own child.
 *
 * @returns {Map<string, number> | undefined} undefined where there is no /proc
 */
export function cpuTimesMs(statuses) {
  try {
    const table = processTable();
    const sum = (pids) => pids.reduce((total, pid) => total + (table.get(pid)?.cpuMs ?? 0), 0);
    return new Map([...processKinds(statuses)].map(([kind, pids]) => [kind, sum(pids)]));
  } catch {
    return undefined;
  }
}

/** Proportional set size in MB by kind: pages that processes share are counted once. Undefined where there is no /proc. */
export function memoryMb(statuses) {
  try {
    const sizeOf = (pid) =>
      Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
    const sum = (pids) => pids.reduce((total, pid) => total + sizeOf(pid), 0);
    return new Map([...processKinds(statuses)].map(([kind, pids]) => [kind, sum(pids)]));
  } catch {
    return undefined;
  }
}

function isOurs(table, pid) {
  for (let at = table.get(pid)?.parent; at !== undefined && at > 1; at = table.get(at)?.parent)
    if (at === process.pid) return true;
  return false;
}

function processTable() {
  const table = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      // The command's name stands in parentheses and may hold anything (proc_pid_stat(5)); the state follows it.
      const end = stat.lastIndexOf(')');
      const command = stat.slice(stat.indexOf('(') + 1, end);
      const [, parent, ...fields] = stat.slice(end + 2).split(' ');
      const [utime, stime, childrenUtime, childrenStime] = fields.slice(9, 13).map(Number);
      table.set(Number(entry), {
        command,
        parent: Number(parent),
        cpuMs: (utime + stime + (command === 'postgres' ? childrenUtime + childrenStime : 0)) * MS_PER_TICK,
      });
    } catch {
      // it has ended meanwhile
    }
  }
  return table;
}
