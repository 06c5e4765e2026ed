import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RunFile } from './run-file.ts';
import { refuseHeld } from './supervisor.ts';

/** As where there is no /proc. */
const unreadable = () => null;

describe('RunFile where start times cannot be read', () => {
  let directory = '';
  let runFile: RunFile;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'run-file-'));
    runFile = new RunFile(path.join(directory, 'run.json'), unreadable);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('takes a supervisor whose process number exists for one that runs, and says what to do where it is not', () => {
    runFile.claim();
    expect(runFile.read()).toMatchObject({ supervisor: { startedAt: null }, supervisorAlive: true });
    const why = /MQ_ALREADY_RUNNING.*stop it first, or delete its run\.json where process \d+ is something else/;
    expect(() => refuseHeld(runFile, directory)).toThrow(why);
  });

  it('counts a process of somebody else, and none that has ended', async () => {
    runFile.claim();
    const kill = process.kill;
    const answer = (code: string) => () => {
      throw Object.assign(new Error(code), { code });
    };
    try {
      process.kill = answer('EPERM');
      expect(runFile.read()?.supervisorAlive).toBe(true);
      process.kill = answer('ESRCH');
      expect(runFile.read()?.supervisorAlive).toBe(false);
    } finally {
      process.kill = kill;
    }
  });

  it('ends nothing that it cannot be sure of', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const ended = once(child, 'exit');
    try {
      runFile.claim();
      runFile.note({ name: 'peer0.a', state: 'ready', pid: child.pid, restarts: 0, logFile: '' });
      expect(await runFile.endLeftovers()).toEqual([]);
      expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });
});
