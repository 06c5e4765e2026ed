import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectionFile } from '@medquorum/network/connection/connection-file';
import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { Operator } from '@medquorum/network/operations/operator';
import { until } from '@medquorum/network/operations/until';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import { ChildProcesses } from '../conformance/child-processes.ts';
import { connectGateway } from '../network/gateway-client.ts';
import { type CommandRun, type Machine, medquorum, medquorumUntilClosed } from './command-line.ts';
import { describeFabric } from './describe-fabric.ts';
import { mspIdOf, operatedTopology, type TopologyDocument } from './operated-topology.ts';

const SUITE_TIMEOUT_MS = 180_000;
const PROBE_CHAINCODE = fileURLToPath(new URL('../conformance/probe-chaincode/index.js', import.meta.url));
const MEMBERS = ['alpha', 'beta', 'gamma'] as const;
const ORDERERS = 'orderer';

describeFabric('members that found a consortium, each on its own machine with its own keys', (binaries) => {
  let folder: string;
  let document: TopologyDocument;
  const processes = new ChildProcesses();
  const closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'founding-'));
    document = await operatedTopology(MEMBERS);
    await writeFile(path.join(folder, 'topology.json'), JSON.stringify(document));
  });
  afterAll(async () => {
    await processes.close();
    for (const close of closers.reverse()) await close();
    await rm(folder, { recursive: true, force: true });
  }, SUITE_TIMEOUT_MS);

  const machine = (name: string): Machine => ({
    topologyFile: path.join(folder, 'topology.json'),
    keys: path.join(folder, name, 'keys'),
    data: path.join(folder, name, 'data'),
  });
  const at = (name: string, command: string) => medquorum(machine(name), command);
  const succeed = async (run: Promise<CommandRun>) => {
    const finished = await run;
    expect(finished).toMatchObject({ status: 0 });
    return finished;
  };
  const block = () => path.join(folder, 'first.block');

  it(
    'make keys, exchange public folders, check the first block, and write',
    async () => {
      const everybody = [...MEMBERS, ORDERERS];
      for (const name of everybody) await succeed(at(name, `pki generate --org ${name}`));
      for (const from of everybody)
        for (const to of everybody)
          if (from !== to)
            await cp(path.join(machine(from).keys, from, 'public'), path.join(machine(to).keys, from, 'public'), {
              recursive: true,
            });

      const made = await succeed(at(ORDERERS, `channel create --out ${block()}`));
      expect(await at(ORDERERS, `channel create --out ${block()}`)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('MQ_FIRST_BLOCK_EXISTS'),
      });
      for (const name of MEMBERS) {
        const checked = await succeed(at(name, `channel check --block ${block()}`));
        expect(made.stdout).toContain(checked.stdout.trim().split(' ').at(-1));
      }

      await expect(medquorumUntilClosed(machine('alpha'), 'node up --org alpha')).rejects.toThrow(
        /MQ_OPERATION_NO_ORDERER|MQ_OPERATION_TIMEOUT/,
      );
      const nodes = everybody.map((name) =>
        medquorumUntilClosed(machine(name), `node up --org ${name} --block ${block()}`),
      );
      closers.push(...(await Promise.all(nodes)));
      const [chaincode] = document.chaincodes;
      const runProcess = async (name: string) => {
        const dry = await succeed(at(name, 'chaincode upgrade --no-chaincode-tls --dry-run'));
        const [, packageId = ''] = /CHAINCODE_ID=(\S+)/.exec(dry.stderr) ?? [];
        processes.start(PROBE_CHAINCODE, {
          CHAINCODE_ID: packageId,
          CHAINCODE_SERVER_ADDRESS: chaincode?.addresses[mspIdOf(name)] ?? '',
          PROBE_ORG: mspIdOf(name),
        });
      };
      const [late = '', ...majority] = [...MEMBERS].reverse();
      for (const name of majority) {
        await runProcess(name);
        await succeed(at(name, 'chaincode upgrade --no-chaincode-tls --approve-only'));
      }
      await succeed(at('alpha', 'chaincode upgrade --no-chaincode-tls'));
      await until(`${late} has the commit`, async () =>
        (await at(late, 'chaincode status')).stdout.startsWith('probe 1, sequence 1:') ? true : undefined,
      );
      await runProcess(late);
      const approved = await succeed(at(late, 'chaincode upgrade --no-chaincode-tls --approve-only'));
      expect(approved.stderr).toMatch(/installed probe_1:[0-9a-f]{64} on peer0[\s\S]*approved probe 1, sequence 1/);
      const again = await succeed(at(late, 'chaincode upgrade --no-chaincode-tls'));
      expect(again.stderr).toContain('must be 2 for a change');

      const topology = topologyFrom(document);
      const { organizations } = connectionFile(topology, machine('beta').keys, {
        engine: 'fabric',
        endpoints: new Map(),
      });
      const beta = organizations.find(({ name }) => name === 'beta');
      if (beta === undefined) throw new Error('beta is a member');
      const client = await connectGateway(beta);
      try {
        const contract = client.gateway.getNetwork(document.channel.name).getContract('probe');
        const written = await until('a write of beta is committed', () =>
          contract.submitTransaction('run', JSON.stringify([['put', 'founded', 'by all']])),
        );
        expect(written).toBeDefined();
        const endorsed = await until(`${late} endorses`, () =>
          contract.submit('run', {
            arguments: [JSON.stringify([['put', 'founded', 'by the last']])],
            endorsingOrganizations: [mspIdOf('beta'), mspIdOf(late)],
          }),
        );
        expect(endorsed).toBeDefined();
      } finally {
        client.close();
      }
      const operator = new Operator({
        topology,
        materialDirectory: machine('gamma').keys,
        dataDirectory: machine('gamma').data,
        binaries,
        report: () => {},
      });
      await until('every peer has the same last block', async () => {
        const { heads, silent } = await chainHeads(operator);
        return silent.length === 0 && new Set(heads.map(({ blockHash }) => blockHash)).size === 1 ? true : undefined;
      });
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'notice a first block that is not what they agreed on',
    async () => {
      const given = await readFile(block());
      const other = {
        ...document,
        channel: { ...document.channel, batch: { ...document.channel.batch, maxMessageCount: 7 } },
      };
      await writeFile(path.join(folder, 'other.json'), JSON.stringify(other));
      const mallory = { ...machine(ORDERERS), topologyFile: path.join(folder, 'other.json') };
      const forged = path.join(folder, 'forged.block');
      expect(await medquorum(mallory, `channel create --out ${forged}`)).toMatchObject({ status: 0 });
      expect(await at('alpha', `channel check --block ${forged}`)).toMatchObject({
        status: 1,
        stdout: 'groups.Orderer.values.BatchSize.value.max_message_count: the block has 7, your topology says 50\n',
      });
      // The ordering organisation's name on nodes of other roots.
      const impostor = { ...machine('impostor'), topologyFile: machine('alpha').topologyFile };
      await cp(machine(ORDERERS).keys, impostor.keys, { recursive: true });
      await rm(path.join(impostor.keys, ORDERERS), { recursive: true });
      await medquorum(impostor, `pki generate --org ${ORDERERS}`);
      const theirs = path.join(folder, 'impostor.block');
      expect(await medquorum(impostor, `channel create --out ${theirs}`)).toMatchObject({ status: 0 });
      expect(await at('beta', `channel check --block ${theirs}`)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('MQ_FIRST_BLOCK_REFUSED'),
      });
      const half = path.join(folder, 'half.block');
      await writeFile(half, given.subarray(0, given.length / 2));
      expect(await at('gamma', `channel check --block ${half}`)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('MQ_FIRST_BLOCK_UNREADABLE'),
      });
    },
    SUITE_TIMEOUT_MS,
  );
});
