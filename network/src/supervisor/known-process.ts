import { readFileSync } from 'node:fs';

/** A process named so that another one that was given its number later is not taken for it. */
export type KnownProcess = Readonly<{ name: string; pid: number; startedAt: string | null }>;

/** Tells when a process began; null where there is none, or where that cannot be read at all (macOS, Windows). */
export type StartTimes = (pid: number) => string | null;

/** Field 22 of /proc/<pid>/stat, counted after the command in parentheses (proc(5)). */
const START_TIME_AFTER_COMMAND = 19;

/** Clock ticks since boot at which the process began; null also where there are only its unreaped remains. */
export const procStartTimes: StartTimes = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[START_TIME_AFTER_COMMAND] ?? null);
  } catch {
    return null;
  }
};

/** Is it certainly this process that runs? Only then may it be ended unasked. */
export function surelyRuns({ pid, startedAt }: KnownProcess, startTimeOf: StartTimes): boolean {
  return startedAt !== null && startTimeOf(pid) === startedAt;
}

/** Where start times cannot be read any process of its number counts: to be held up in error is better than to lose what runs. */
export function mayRun(known: KnownProcess, startTimeOf: StartTimes): boolean {
  const isReadable = known.startedAt !== null && startTimeOf(process.pid) !== null;
  return isReadable ? surelyRuns(known, startTimeOf) : hasProcess(known.pid);
}

/** Is there a process of this number, whichever it is? */
export function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'; // it is there, and somebody else's
  }
}

/** Sends a signal to a process, which may have ended already. */
export function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
  }
}
