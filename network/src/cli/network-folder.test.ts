import { appendFile, chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keepConnection } from '../connection/connection-file.ts';
import type { HostedApplication } from '../consortium/hosted-application.ts';
import { FABRIC_PROGRAMS } from '../fabric/fabric-binaries.ts';
import { runFileOf } from '../supervisor/run-file.ts';
import type { ProcessState } from '../supervisor/supervised-process.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { EXIT_FAILED, EXIT_NOT_RUNNING, EXIT_OK, EXIT_USAGE } from './command.ts';
import { networkCommands } from './commands.ts';
import { runCommand } from './main.ts';

let data = '';
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'network-folder-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

function begin(argv: readonly string[], hosted?: HostedApplication) {
  const written = { stdout: '', stderr: '' };
  const into = (stream: keyof typeof written) => ({
    write(text: string) {
      written[stream] += text;
    },
  });
  const ending = new AbortController();
  const context = { stdout: into('stdout'), stderr: into('stderr'), signal: ending.signal };
  const finished = runCommand([...argv, '--data', data], networkCommands(hosted), context);
  return { written, finished, end: () => ending.abort() };
}

async function run(command: string, hosted?: HostedApplication) {
  const { written, finished } = begin(command.split(' '), hosted);
  return { status: await finished, ...written };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await delay(10);
}

const log = async (name: string, text: string) => {
  await mkdir(path.join(data, 'logs'), { recursive: true });
  await appendFile(path.join(data, 'logs', `${name}.log`), text);
};

describe('network logs', () => {
  it('shows the end of each log of a network that has ended, by name', async () => {
    await log('peer0.a', 'one\ntwo\nthree\n');
    await log('orderer1.orderer', 'four\nfive');
    expect(await run('network logs --lines 2')).toEqual({
      status: EXIT_OK,
      stdout: 'orderer1.orderer | four\norderer1.orderer | five\npeer0.a          | two\npeer0.a          | three\n',
      stderr: '',
    });
    expect((await run('network logs peer0.a --lines 1 peer0.a')).stdout).toBe('three\n');
    expect((await run('network logs orderer1.orderer --lines 1')).stdout).toBe('five\n');
    expect((await run('network logs --lines 0')).stdout).toBe('');
  });

  it('names the processes that there are when asked for another', async () => {
    await log('peer0.a', 'one\n');
    runFileOf(data).claim();
    runFileOf(data).note({ name: 'gateway.a', state: 'starting', pid: process.pid, restarts: 0, logFile: '' });
    const { status, stderr } = await run('network logs peer1.a');
    expect([status, stderr]).toEqual([
      EXIT_FAILED,
      'medquorum network logs: MQ_PROCESS_UNKNOWN: no process peer1.a; there are gateway.a, peer0.a\n',
    ]);
    expect(await run('network logs gateway.a')).toMatchObject({ status: EXIT_OK, stdout: '' });
  });

  it('follows what is written, by processes that start later too, until it is ended', async () => {
    await log('peer0.a', 'old\nhalf a');
    const { written, finished, end } = begin(['network', 'logs', '-f', '--lines', '0']);
    await log('peer0.a', ' line\n');
    await until(() => written.stdout.includes('peer0.a | half a line\n'));
    await log('peer0.b', 'begins\nand is cut of');
    await until(() => written.stdout.includes('peer0.b | begins\n'));
    end();
    expect(await finished).toBe(EXIT_OK);
    expect(written.stdout).toBe('peer0.a | half a line\npeer0.b | begins\npeer0.b | and is cut of\n');
  });

  it('waits for a network that has only begun, and not where there is none', async () => {
    expect(await run('network logs -f')).toMatchObject({ status: EXIT_NOT_RUNNING, stdout: '' });
    const supervisor = await Supervisor.open({ directory: data, report: () => {} });
    const { written, finished, end } = begin(['network', 'logs', '--follow']);
    await log('peer0.a', 'up\n');
    await until(() => written.stdout !== '');
    end();
    expect([await finished, written.stdout]).toEqual([EXIT_OK, 'peer0.a | up\n']);
    await supervisor.close();
  });

  it.each(['-1', 'many', '1.5', '1000001'])('refuses --lines %s', async (lines) => {
    expect((await run(`network logs --lines=${lines}`)).status).toBe(EXIT_USAGE);
  });
});

describe('network reset', () => {
  const fill = async (...folders: string[]) => {
    for (const folder of folders) {
      await mkdir(path.join(data, folder), { recursive: true });
      await writeFile(path.join(data, folder, 'file'), '');
    }
  };
  const left = async () => (await readdir(data)).sort();
  const MARKER = 'medquorum-data';
  const hold = async () => (await Supervisor.open({ directory: data, report: () => {} })).close();

  it('deletes ledgers and what was made of them, and keeps keys, logs and everything else', async () => {
    await hold();
    await fill(
      'ledger',
      'network/peers/peer0.a',
      'network/channel',
      'network/src',
      'organizations/a',
      'keys',
      'logs',
      'own',
    );
    const dry = await run('network reset --dry-run');
    expect(dry.status).toBe(EXIT_OK);
    expect(await left()).toEqual(['keys', 'ledger', 'logs', MARKER, 'network', 'organizations', 'own']);
    const { status, stdout } = await run('network reset --yes');
    expect([status, stdout]).toEqual([EXIT_OK, dry.stdout]);
    expect(stdout.trim().split('\n')).toEqual(
      ['ledger', 'network/channel', 'network/peers', 'organizations'].map((folder) => path.join(data, folder)),
    );
    expect(await left()).toEqual(['keys', 'logs', MARKER, 'network', 'own']);
    expect(await readdir(path.join(data, 'network'))).toEqual(['src']);
    expect(await run('network reset --yes')).toMatchObject({ status: EXIT_NOT_RUNNING, stdout: '' });
  });

  it('deletes keys when told so, and what an application keeps', async () => {
    await hold();
    await fill('ledger', 'keys', 'database');
    const folder = path.join(data, 'database');
    const asked: unknown[] = [];
    const hosted = {
      reset: async (directory: string, options: unknown) => {
        asked.push([directory, options]);
        return [folder];
      },
    } as unknown as HostedApplication;
    const { stdout } = await run('network reset --yes --keys-too', hosted);
    expect(stdout.trim().split('\n')).toEqual([path.join(data, 'ledger'), path.join(data, 'keys'), folder]);
    expect(await left()).toEqual(['database', MARKER]);
    expect(asked).toEqual([[data, { dryRun: false }]]);
  });

  it('wants to be told twice', async () => {
    await fill('ledger');
    const { status, stderr } = await run('network reset');
    expect([status, stderr]).toEqual([EXIT_USAGE, expect.stringContaining('give --yes, or --dry-run')]);
    expect(await left()).toEqual(['ledger']);
  });

  it('refuses while a supervisor holds the folder', async () => {
    await fill('ledger');
    const supervisor = await Supervisor.open({ directory: data, report: () => {} });
    for (const how of ['--yes', '--dry-run']) {
      const { status, stderr } = await run(`network reset ${how}`);
      expect([status, stderr]).toEqual([EXIT_FAILED, expect.stringContaining('MQ_ALREADY_RUNNING')]);
    }
    expect(await left()).toEqual(['ledger', MARKER, 'run.json']);
    await supervisor.close();
  });

  it('deletes nothing where nothing shows that a network kept its data', async () => {
    await fill('organizations/peerOrganizations', 'logs', 'database');
    await writeFile(path.join(data, 'run.json'), '{"scripts":{}}');
    const before = await left();
    for (const how of ['--yes', '--dry-run', '--yes --keys-too']) {
      const { status, stdout, stderr } = await run(`network reset ${how}`);
      expect([status, stdout, stderr]).toEqual([EXIT_FAILED, '', expect.stringContaining('MQ_NOT_A_DATA_FOLDER')]);
    }
    expect((await run('network up --reset')).stderr).toContain('MQ_NOT_A_DATA_FOLDER');
    expect(await left()).toEqual(before);
    expect(await readdir(path.join(data, 'organizations'))).toEqual(['peerOrganizations']);
  });

  it('deletes nothing that only an application would call its own', async () => {
    await fill('database');
    const asked: unknown[] = [];
    const hosted = {
      reset: async (_: string, options: unknown) => {
        asked.push(options);
        return [path.join(data, 'database')];
      },
    } as unknown as HostedApplication;
    expect((await run('network reset --yes', hosted)).stderr).toContain('MQ_NOT_A_DATA_FOLDER');
    expect(asked).toEqual([{ dryRun: true }]);
  });

  it('that was cut short lets nothing start before it is repeated', async () => {
    await hold();
    await fill('ledger', 'organizations/a', 'database');
    let isDown = true;
    const hosted = {
      reset: async () => {
        if (isDown) throw new Error('the database server does not answer');
        await rm(path.join(data, 'database'), { recursive: true });
        return [path.join(data, 'database')];
      },
    } as unknown as HostedApplication;
    await expect(run('network reset --yes', hosted)).rejects.toThrow('the database server does not answer');
    expect(await left()).toEqual(['database', MARKER, 'reset-unfinished']);
    await expect(hold()).rejects.toThrow(/^MQ_RESET_UNFINISHED: .*--yes/);
    isDown = false;
    expect(await run('network reset --yes', hosted)).toMatchObject({ status: EXIT_OK });
    expect(await left()).toEqual([MARKER]);
    await hold();
  });

  it.each(['peer0.a', 'orderer1.orderer', 'chaincode-asset.org-a'])(
    'knows a folder that was made before there was a marker by the log of %s',
    async (name) => {
      await fill('ledger');
      await log(name, 'up\n');
      expect(await run('network reset --yes')).toMatchObject({
        status: EXIT_OK,
        stdout: `${path.join(data, 'ledger')}\n`,
      });
    },
  );
});

describe('node up', () => {
  it('stops what has started when it is interrupted before everything has joined', async () => {
    const programs = path.join(data, 'programs');
    await mkdir(programs);
    for (const program of FABRIC_PROGRAMS) {
      const file = path.join(programs, program);
      await writeFile(
        file,
        `#!/bin/sh\nif [ "$1" = version ]; then echo ' Version: v3.1.5'; else exec sleep 600; fi\n`,
      );
      await chmod(file, 0o755);
    }
    const topology = path.join(data, 'network.json');
    await writeFile(topology, JSON.stringify(topologyDraft()));
    const binBefore = process.env.FABRIC_BIN;
    process.env.FABRIC_BIN = programs;
    try {
      const { written, finished, end } = begin(['node', 'up', '--org', 'org-a', '--topology', topology]);
      const listed = () => runFileOf(data).read()?.processes[0];
      await until(() => listed()?.state === 'starting');
      const pid = listed()?.pid ?? 0;
      end();
      expect([await finished, written.stderr]).toEqual([EXIT_FAILED, expect.stringContaining('MQ_INTERRUPTED')]);
      expect(written.stdout).toBe('');
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      expect(runFileOf(data).read()).toBeUndefined();
    } finally {
      if (binBefore === undefined) delete process.env.FABRIC_BIN;
      else process.env.FABRIC_BIN = binBefore;
    }
  });
});

describe('network status', () => {
  const connection = { engine: 'fabric', channel: 'c', chaincodes: [], organizations: [], orderers: [] };
  const note = (state: ProcessState, restarts: number, pid?: number) => {
    const runFile = runFileOf(data);
    runFile.claim();
    runFile.note({ name: 'peer0.a', state, restarts, pid, logFile: '' });
  };

  it('is well when everything is ready', async () => {
    note('ready', 1, process.pid);
    expect(await run('network status')).toMatchObject({
      status: EXIT_NOT_RUNNING,
      stdout: expect.stringContaining('it is still coming up'),
    });
    await keepConnection(data, connection);
    const { status, stdout } = await run('network status');
    expect([status, stdout]).toEqual([
      EXIT_OK,
      expect.stringMatching(`^process .*\n {2}peer0.a {2}ready {2}process ${process.pid} {2}restarted once\n$`),
    ]);
  });

  it('shows a process that ends again and again', async () => {
    await keepConnection(data, connection);
    note('restarting', 7);
    const { status, stdout } = await run('network status');
    expect([status, stdout]).toEqual([
      EXIT_NOT_RUNNING,
      expect.stringContaining('  peer0.a  restarting  no process  restarted 7 times\n'),
    ]);
    const json = await run('network status --json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      running: true,
      pid: process.pid,
      processes: [{ name: 'peer0.a', state: 'restarting', pid: null, restarts: 7 }],
    });
  });

  it('shows an orderer that does not answer', async () => {
    note('ready', 0, process.pid);
    await keepConnection(data, { ...connection, orderers: [{ name: 'orderer1.orderer', endpoint: '127.0.0.1:1' }] });
    const { status, stdout } = await run('network status');
    expect([status, stdout]).toEqual([
      EXIT_NOT_RUNNING,
      expect.stringContaining('orderer1.orderer  127.0.0.1:1  does not answer'),
    ]);
  });
});
