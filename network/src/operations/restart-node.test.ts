import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runFileOf } from '../supervisor/run-file.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { restartNode } from './restart-node.ts';

describe('restartNode', () => {
  let directory = '';
  let supervisor: Supervisor;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'restart-node-'));
    supervisor = await Supervisor.open({ directory, report: () => {} });
  });
  afterEach(async () => {
    await supervisor.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('returns when the successor is ready', async () => {
    let asked = 0;
    await supervisor.start({
      name: 'peer0.a',
      command: process.execPath,
      args: ['-e', 'setInterval(() => {}, 1000)'],
      // Not at once, as a node is not.
      isReady: async () => {
        asked += 1;
        return asked % 12 === 0;
      },
      readyTimeoutMs: 10_000,
    });
    const [before] = supervisor.status();
    await restartNode(runFileOf(directory), 'peer0.a');
    const [after] = supervisor.status();
    expect(after).toMatchObject({ state: 'ready', restarts: 1 });
    expect(after?.pid).not.toBe(before?.pid);
  });

  it.each([
    ['peer0.a', 'peer0.a has ended and is started again already'],
    ['peer0.b', 'no process peer0.b runs; there are peer0.a'],
  ])('refuses %s where it does not run', async (name, why) => {
    runFileOf(directory).note({ name: 'peer0.a', state: 'restarting', pid: undefined, restarts: 3, logFile: '' });
    await expect(restartNode(runFileOf(directory), name)).rejects.toMatchObject({
      code: 'MQ_OPERATION_REFUSED',
      message: expect.stringContaining(why),
    });
  });
});
