import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { Operator } from '@medquorum/network/operations/operator';
import { until } from '@medquorum/network/operations/until';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { stringify } from 'yaml';
import { EntryPoint } from '../e2e/entry-point.ts';
import { describeFabric } from './describe-fabric.ts';
import { descendants, listeningPlaces } from './listening-sockets.ts';
import { isAlive, NetworkUp, network, pidOf, statusIn } from './network-commands.ts';
import { operatedTopology, type TopologyDocument } from './operated-topology.ts';
import { MEMBERS, placesOf, smallConsortium } from './small-consortium.ts';

const SUITE_TIMEOUT_MS = 180_000;

describeFabric('a consortium that one command runs', (binaries) => {
  let folder = '';
  let data = '';
  let topologyFile = '';
  let topology: Topology;
  let up: NetworkUp;
  const leftBehind: number[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'network-up-'));
    data = path.join(folder, 'data');
    topologyFile = path.join(folder, 'consortium.yaml');
    writeFileSync(topologyFile, stringify(await smallConsortium()));
    topology = await loadTopology(topologyFile);
    up = await new NetworkUp(topologyFile, data).ready();
  }, SUITE_TIMEOUT_MS);
  afterAll(async () => {
    await up?.end();
    for (const pid of leftBehind) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    await new EntryPoint('medquorum.mjs', ['network', 'reset', '--yes', '--data', data]).exit();
    await rm(folder, { recursive: true, force: true });
  }, SUITE_TIMEOUT_MS);

  const allReady = () =>
    until('every process is ready', async () => {
      const status = await statusIn(data);
      return status.exit === 0 ? status : undefined;
    });
  const height = async () => {
    const place = {
      topology,
      materialDirectory: path.join(data, 'keys'),
      dataDirectory: path.join(folder, 'operator'),
    };
    const { heads } = await chainHeads(new Operator({ ...place, binaries, report: () => {} }));
    expect(heads).toHaveLength(MEMBERS.length);
    return Math.max(...heads.map((head) => head.height));
  };

  it('has nodes, a chaincode process and a gateway per organisation, and says how each fares', async () => {
    const status = await statusIn(data);
    expect(status.exit).toBe(0);
    const expected = MEMBERS.flatMap((name) => [`peer0.${name}`, `chaincode-ehr.${name}`, `gateway.${name}`]);
    expect(status.processes.map(({ name }) => name).sort()).toEqual([...expected, 'orderer1.orderer'].sort());
    for (const process of status.processes) expect(process).toMatchObject({ state: 'ready', restarts: 0 });
    expect(status.organizations.map(({ answers }) => answers)).toEqual([true, true, true]);
    expect(status.orderers).toEqual([expect.objectContaining({ name: 'orderer1.orderer', answers: true })]);
    for (const { gatewayPort } of topology.organizations)
      expect((await fetch(`http://127.0.0.1:${gatewayPort}/health/ready`)).status).toBe(200);
  });

  it('listens where the topology says, on loopback, and nowhere else', async () => {
    const status = await statusIn(data);
    const found = Object.fromEntries(status.processes.map(({ name, pid }) => [name, listeningPlaces(pid ?? 0)]));
    expect(found).toEqual(placesOf(topology));
    expect(listeningPlaces(status.pid)).toEqual([]);
    // Beside them runs the database server of the gateways, at one loopback port of its own choice.
    const supervised = new Set(status.processes.map(({ pid }) => pid));
    const others = descendants(status.pid).filter((pid) => !supervised.has(pid));
    expect([...new Set(others.flatMap(listeningPlaces))]).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
  });

  it(
    'starts a killed peer again, later each time, and shows it',
    async () => {
      const name = 'peer0.city-hospital';
      for (const [restarts, waitMs] of [
        [1, 250],
        [2, 500],
      ]) {
        const old = pidOf(await statusIn(data), name);
        process.kill(old, 'SIGKILL');
        const down = await until('the peer is seen to be down', async () => {
          const { exit, processes } = await statusIn(data);
          const listed = processes.find((process) => process.name === name);
          return listed?.state === 'restarting' ? { exit, listed } : undefined;
        });
        expect(down.exit).toBe(3);
        const back = await allReady();
        expect(back.processes.find((process) => process.name === name)).toMatchObject({ restarts });
        expect(pidOf(back, name)).not.toBe(old);
        expect(up.entry.output).toContain(`${name} ended (SIGKILL); it is started again in ${waitMs} ms`);
      }
      const logs = await network('logs', name, '--data', data);
      expect(logs).toMatchObject({ exit: 0, stderr: '' });
      expect(logs.stdout.trim().split('\n')).toHaveLength(20);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'takes over what a killed run left behind, and converges',
    async () => {
      const before = await statusIn(data);
      const heightBefore = await height();
      process.kill(before.pid, 'SIGKILL');
      await up.entry.exit();
      leftBehind.push(...before.processes.flatMap(({ pid }) => pid ?? []));
      expect(leftBehind.filter(isAlive)).toEqual(leftBehind);
      expect((await network('status', '--data', data)).exit).toBe(3);

      up = await new NetworkUp(topologyFile, data).ready();
      const [, ended = ''] = /ended what an earlier run left behind: (.*)/.exec(up.entry.output) ?? [];
      expect(ended.split(', ').sort()).toEqual(before.processes.map(({ name }) => name).sort());
      expect(leftBehind.filter(isAlive)).toEqual([]);
      const after = await allReady();
      expect(after.processes.map(({ name }) => name).sort()).toEqual(before.processes.map(({ name }) => name).sort());
      expect(await height()).toBeGreaterThanOrEqual(heightBefore);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'is held while it runs, stops when told, and is reset then',
    async () => {
      const second = new NetworkUp(topologyFile, data);
      expect([await second.entry.exit(), second.entry.output]).toEqual([
        1,
        expect.stringContaining('MQ_ALREADY_RUNNING'),
      ]);
      expect(await network('reset', '--yes', '--data', data)).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining('MQ_ALREADY_RUNNING'),
      });
      expect((await allReady()).processes).toHaveLength(3 * MEMBERS.length + 1);

      expect(await network('down', '--data', data)).toMatchObject({ exit: 0 });
      expect(await up.entry.exit()).toBe(0);
      const ports = Object.values(placesOf(topology)).flat();
      for (const place of ports) expect(await acceptsConnections('127.0.0.1', Number(place.split(':')[1]))).toBe(false);
      expect((await network('logs', 'orderer1.orderer', '--data', data)).stdout).not.toBe('');

      const reset = new EntryPoint('medquorum.mjs', ['network', 'reset', '--yes', '--data', data]);
      expect(await reset.exit()).toBe(0);
      for (const gone of ['network/peers', 'network/orderers', 'network/channel', 'organizations', 'postgres'])
        expect(reset.output).toContain(path.join(data, gone));
      expect((await readdir(data)).sort()).toEqual([
        'development-password',
        'keys',
        'logs',
        'medquorum-data',
        'network',
      ]);
    },
    SUITE_TIMEOUT_MS,
  );
});

describeFabric('a network of somebody else', () => {
  let folder = '';
  let data = '';
  let topologyFile = '';
  let document: TopologyDocument;
  let up: NetworkUp | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'network-up-'));
    data = path.join(folder, 'data');
    document = await operatedTopology(['alpha', 'beta'], 1);
    document.orderers.consensus = 'raft';
    topologyFile = path.join(folder, 'topology.json');
    await writeFile(topologyFile, JSON.stringify(document));
  });
  afterAll(async () => {
    await up?.end();
    await rm(folder, { recursive: true, force: true });
  }, SUITE_TIMEOUT_MS);

  it(
    'stops when it is interrupted before it is up',
    async () => {
      up = new NetworkUp(topologyFile, data);
      await until('a node is being started', async () =>
        (await statusIn(data)).processes?.some(({ state }) => state === 'starting') ? true : undefined,
      );
      const { processes } = await statusIn(data);
      expect([await up.entry.stop(), up.entry.output]).toEqual([1, expect.stringContaining('MQ_INTERRUPTED')]);
      expect(processes.filter(({ pid }) => pid !== null && isAlive(pid))).toEqual([]);
      expect(up.entry.output).not.toContain('is ready after');
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'comes up over databases whose creation was cut short',
    async () => {
      const nodes = path.join(data, 'network');
      const cutShort = [
        path.join(nodes, 'peers', 'peer0.alpha', 'data', 'ledgersData'),
        path.join(nodes, 'orderers', 'orderer1', 'data', 'ledger'),
      ];
      for (const folder of cutShort) await rm(folder, { recursive: true, force: true });
      for (const database of [path.join(cutShort[0] ?? '', 'fileLock'), path.join(cutShort[1] ?? '', 'index')]) {
        await mkdir(database, { recursive: true });
        // As LevelDB leaves it when it is ended between its two first files.
        await writeFile(path.join(database, 'MANIFEST-000000'), '');
      }
      up = await new NetworkUp(topologyFile, data).ready();
      expect((await statusIn(data)).exit).toBe(0);
      expect(await up.entry.stop()).toBe(0);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'is hosted alone, and told where its chaincode processes are to listen',
    async () => {
      up = await new NetworkUp(topologyFile, data).ready();
      const { exit, pid, processes } = await statusIn(data);
      expect(exit).toBe(0);
      expect(processes.map(({ name }) => name).sort()).toEqual(['orderer1.orderer', 'peer0.alpha', 'peer0.beta']);
      expect(descendants(pid).toSorted()).toEqual(processes.map((process) => process.pid).toSorted());
      for (const [mspId, address] of Object.entries(document.chaincodes[0]?.addresses ?? {}))
        expect(up.entry.output).toMatch(
          new RegExp(`chaincode of ${mspId}: CHAINCODE_SERVER_ADDRESS=${address} CHAINCODE_ID=probe_1:[0-9a-f]{64}`),
        );
    },
    SUITE_TIMEOUT_MS,
  );
});
