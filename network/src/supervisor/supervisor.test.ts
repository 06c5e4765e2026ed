import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { acceptsConnections, answersTls } from './probe.ts';
import { runFileOf } from './run-file.ts';
import type { ProcessSpec } from './supervised-process.ts';
import { Supervisor } from './supervisor.ts';

const PATIENCE_MS = 20_000;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(20);
  }
}

/** A process that listens, and ends on SIGTERM as any server of ours. */
async function listener(name: string, script?: string): Promise<ProcessSpec & { port: number }> {
  const port = await freePort();
  const listen = `require('node:net').createServer((socket) => socket.end()).listen(${port}, '127.0.0.1')`;
  return {
    name,
    port,
    command: process.execPath,
    args: ['-e', script ?? listen],
    isReady: () => acceptsConnections('127.0.0.1', port),
    readyTimeoutMs: 10_000,
  };
}

describe('Supervisor', () => {
  let directory = '';
  const lines: string[] = [];
  const opened: Supervisor[] = [];
  const open = async (stopGraceMs?: number) => {
    const more = stopGraceMs === undefined ? {} : { stopGraceMs };
    const supervisor = await Supervisor.open({ directory, report: (line) => lines.push(line), ...more });
    opened.push(supervisor);
    return supervisor;
  };
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'medquorum-supervisor-'));
    lines.length = 0;
  });
  afterEach(async () => {
    for (const supervisor of opened.splice(0)) await supervisor.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('starts, restarts after a crash and stops', async () => {
    const supervisor = await open();
    const spec = await listener('server');
    await supervisor.start(spec);
    const [{ pid: first = 0, state } = {}] = supervisor.status();
    expect(state).toBe('ready');
    process.kill(first, 'SIGKILL');
    await until(() => supervisor.status()[0]?.state === 'ready' && supervisor.status()[0]?.pid !== first);
    expect(supervisor.status()[0]?.restarts).toBe(1);
    expect(lines.some((line) => line.includes('server ended (SIGKILL)'))).toBe(true);
    const { pid } = supervisor.status()[0] ?? {};
    expect(runFileOf(directory).read()?.processes).toMatchObject([
      { name: 'server', state: 'ready', restarts: 1, pid },
    ]);
    await supervisor.close();
    expect(await acceptsConnections('127.0.0.1', spec.port)).toBe(false);
  });

  it('lists a process that ends again and again, with how often it was started', async () => {
    const supervisor = await open();
    const spec = await listener('looping');
    const [flag, listen = ''] = spec.args;
    const flagFile = path.join(directory, 'started-before');
    const once = `const fs = require('node:fs'); if (fs.existsSync(${JSON.stringify(flagFile)})) process.exit(4);
      fs.writeFileSync(${JSON.stringify(flagFile)}, ''); ${listen}`;
    await supervisor.start({ ...spec, args: [flag ?? '', once] });
    const listed = () => runFileOf(directory).read()?.processes[0];
    process.kill(supervisor.status()[0]?.pid ?? 0, 'SIGKILL');
    await until(() => (listed()?.restarts ?? 0) >= 2 && listed()?.pid === null);
    expect(listed()).toMatchObject({ name: 'looping', state: 'restarting', startedAt: null });
    await supervisor.close();
    expect(runFileOf(directory).read()).toBeUndefined();
  });

  it('ends what processes stand on after them, and gives the directory up last', async () => {
    const supervisor = await open();
    const spec = await listener('on-top');
    await supervisor.start(spec);
    const found: unknown[] = [];
    supervisor.atClose(async () => {
      found.push(await acceptsConnections('127.0.0.1', spec.port), runFileOf(directory).read()?.supervisorAlive);
    });
    await supervisor.close();
    expect(found).toEqual([false, true]);
  });

  it('starts nothing any more once it is closed', async () => {
    const supervisor = await open();
    await supervisor.close();
    await expect(supervisor.start(await listener('late'))).rejects.toMatchObject({ code: 'MQ_INTERRUPTED' });
    let ended = false;
    supervisor.atClose(async () => {
      ended = true;
    });
    await supervisor.close();
    expect(ended).toBe(true);
  });

  it('says why a process is not ready, with the end of its log', async () => {
    const supervisor = await open();
    const spec = await listener('broken', "console.error('port taken'); process.exit(3)");
    await expect(supervisor.start(spec)).rejects.toThrow(
      /MQ_PROCESS_NOT_READY: broken ended before it was ready[\s\S]*port taken/,
    );
    await supervisor.close();
  });

  it('does not take the answer of somebody else for that of a process that has ended', async () => {
    const supervisor = await open();
    const spec = await listener('without-port', 'process.exit(3)');
    const isReady = async () => {
      await until(() => supervisor.status()[0]?.pid === undefined);
      return true;
    };
    await expect(supervisor.start({ ...spec, isReady })).rejects.toThrow(/MQ_PROCESS_NOT_READY: without-port ended/);
    expect(supervisor.status()).toMatchObject([{ state: 'failed', pid: undefined }]);
  });

  it('lists no process any more that answers only once everything has stopped', async () => {
    const supervisor = await open();
    const isReady = async () => {
      await supervisor.close();
      return true;
    };
    await expect(supervisor.start({ ...(await listener('late')), isReady })).rejects.toThrow();
    expect(runFileOf(directory).read()).toBeUndefined();
  });

  it('goes on, and says so, when the list of processes cannot be written', async () => {
    const supervisor = await open();
    await supervisor.start(await listener('server'));
    const [{ pid: first = 0 } = {}] = supervisor.status();
    const inTheWay = path.join(directory, 'run.json.new');
    await mkdir(inTheWay);
    process.kill(first, 'SIGKILL');
    await until(() => supervisor.status()[0]?.state === 'ready' && supervisor.status()[0]?.pid !== first);
    expect(lines).toContainEqual(expect.stringMatching(/^how server fares \(restarting\) could not be .*EISDIR/));
    await rm(inTheWay, { recursive: true });
    await supervisor.start(await listener('second'));
    expect(runFileOf(directory).read()?.processes).toMatchObject([
      { name: 'server', state: 'ready', restarts: 1 },
      { name: 'second', state: 'ready' },
    ]);
  });

  it('says so when the command does not exist', async () => {
    const supervisor = await open();
    const spec = { ...(await listener('absent')), command: '/nonexistent/command', readyTimeoutMs: 300 };
    await expect(supervisor.start(spec)).rejects.toMatchObject({ code: 'MQ_PROCESS_NOT_READY' });
    await supervisor.close();
  });

  it('ends by force what does not end when asked', async () => {
    const supervisor = await open(100);
    const spec = await listener('stubborn');
    const [flag, listen = ''] = spec.args;
    await supervisor.start({ ...spec, args: [flag ?? '', `process.on('SIGTERM', () => {}); ${listen}`] });
    const pid = supervisor.status()[0]?.pid ?? 0;
    await supervisor.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('refuses a directory whose supervisor lives', async () => {
    const supervisor = await open();
    await expect(open()).rejects.toMatchObject({ code: 'MQ_ALREADY_RUNNING' });
    await supervisor.close();
    await (await open()).close();
  });

  it('takes its processes along where its own process ends by a fault', async () => {
    const { isReady, ...spec } = await listener('server');
    const module = JSON.stringify(new URL('./supervisor.ts', import.meta.url).href);
    // The fault comes once the server is up: it is asked for by a line on stdin.
    const script = `
      const { Supervisor } = await import(${module});
      const supervisor = await Supervisor.open({ directory: ${JSON.stringify(directory)}, report: () => {} });
      await supervisor.start({ ...${JSON.stringify(spec)}, isReady: async () => true });
      console.log(supervisor.status()[0].pid);
      process.stdin.once('data', () => { throw new Error('a fault'); });`;
    const faulty = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const ended = once(faulty, 'exit');
    const [said] = await once(faulty.stdout, 'data');
    const pid = Number(said);
    await until(isReady);
    faulty.stdin.write('now');
    expect(await ended).toEqual([1, null]);
    await until(() => !isAlive(pid));
  });

  it('ends what a killed supervisor left behind, and nothing that only has its number', async () => {
    const supervisor = await open();
    await supervisor.start(await listener('orphan'));
    const pid = supervisor.status()[0]?.pid ?? 0;
    const runFile = path.join(directory, 'run.json');
    const { supervisor: own, processes } = JSON.parse(readFileSync(runFile, 'utf8'));
    // As after kill -9 of the supervisor: its list is still there, it is not; and one number was given to another process since.
    const reused = { name: 'reused', pid: process.pid, startedAt: '1' };
    await writeFile(
      runFile,
      JSON.stringify({ supervisor: { ...own, startedAt: '1' }, processes: [...processes, reused] }),
    );
    const next = await open();
    expect(lines).toContain('ended what an earlier run left behind: orphan');
    await supervisor.close();
    await next.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('does not take the same name twice', async () => {
    const supervisor = await open();
    const spec = await listener('twin');
    await supervisor.start(spec);
    await expect(supervisor.start(spec)).rejects.toMatchObject({ code: 'MQ_PROCESS_NAME_TAKEN' });
    await supervisor.close();
  });
});

describe('answersTls', () => {
  it('is false of a port that accepts and does not serve', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await acceptsConnections('127.0.0.1', port)).toBe(true);
    expect(await answersTls('127.0.0.1', port)).toBe(false);
    server.close();
    expect(await answersTls('127.0.0.1', port)).toBe(false);
  });
});
