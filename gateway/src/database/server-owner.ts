import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Field 22 of /proc/<pid>/stat, counted after the command in parentheses (proc(5)). */
const START_TIME_AFTER_COMMAND = 19;

const ownerFile = (dir: string) => join(dir, 'owner.pid');

/** Writes down that this process ends the server of a folder: its number, and when it began where that can be read. */
export function claimServer(dir: string): void {
  writeFileSync(ownerFile(dir), `${process.pid} ${startTimeOf(process.pid) ?? ''}`);
}

export function releaseServer(dir: string): void {
  rmSync(ownerFile(dir), { force: true });
}

/** Whether the process that started the server of a folder lives; another one that was given its number later is not it. */
export function ownerIsAlive(dir: string): boolean {
  if (!existsSync(ownerFile(dir))) return false;
  const [pid, startedAt] = readFileSync(ownerFile(dir), 'utf8').split(' ');
  return startedAt ? startTimeOf(Number(pid)) === startedAt : hasProcess(Number(pid));
}

/** Whether there is any process of this number. */
export function hasProcess(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'; // it is there, and somebody else's
  }
}

/** Clock ticks since boot at which a process began; undefined where there is none, only its unreaped remains, or no /proc. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[START_TIME_AFTER_COMMAND];
  } catch {
    return undefined;
  }
}
