import { appendFile, cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { takeSnapshot } from '@medquorum/network/operations/backup/take-snapshot';
import { chainHead, chainHeads } from '@medquorum/network/operations/chain-heads';
import { Operator } from '@medquorum/network/operations/operator';
import { ordererState } from '@medquorum/network/operations/run-nodes';
import { until } from '@medquorum/network/operations/until';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { describeFabric } from './describe-fabric.ts';
import { OperatedNetwork } from './operated-network.ts';
import { operatedTopology, ordererNode } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';
import { SteadyWriters } from './steady-writers.ts';

const SUITE_TIMEOUT_MS = 180_000;

describeFabric('one organisation of a running consortium', (binaries) => {
  let network: OperatedNetwork;
  beforeAll(async () => {
    const document = await operatedTopology(['alpha', 'beta', 'gamma'], 3);
    document.orderers.nodes.push(ordererNode('orderer4', await freePorts(3), 'gamma'));
    network = await OperatedNetwork.start(binaries, document);
  }, SUITE_TIMEOUT_MS);
  afterAll(() => network?.close(), SUITE_TIMEOUT_MS);

  const isReady = (name: string) =>
    until(`${name} is back`, async () =>
      network.supervisor.status().some((status) => status.name === name && status.state === 'ready') ? true : undefined,
    );

  /** A machine with the keys that the ordering organisation has now, and of the members what is public. */
  async function orderingMachine(name: string) {
    const machine = { keys: path.join(network.folder, `${name}-ordering-keys`), data: path.join(network.folder, name) };
    for (const part of ['orderer', 'alpha/public', 'beta/public', 'gamma/public'])
      await cp(path.join(network.keys, part), path.join(machine.keys, part), { recursive: true });
    return machine;
  }

  it(
    'renews the certificates of nodes while clients write',
    async () => {
      const writers = SteadyWriters.start(network, ['AlphaMSP', 'BetaMSP'], path.join(network.folder, 'renewal.jsonl'));
      try {
        await writers.recovered();
        expect(await network.medquorum('pki renew --org gamma --name peer0')).toMatchObject({ status: 0 });
        expect(await network.medquorum('node restart --name peer0.gamma')).toMatchObject({ status: 0 });
        await isReady('peer0.gamma');
        expect(await network.medquorum('pki renew --org orderer --name orderer2')).toMatchObject({ status: 0 });
        const proposed = await network.medquorum('orderer update');
        const folder = proposed.stdout.trim();
        await network.medquorum(`governance sign --proposal ${folder} --org orderer`);
        expect(await network.medquorum(`governance apply --proposal ${folder}`)).toMatchObject({ status: 0 });
        expect(await network.medquorum('node restart --name orderer2.orderer')).toMatchObject({ status: 0 });
        await isReady('orderer2.orderer');
        await writers.recovered();
      } finally {
        await writers.stop();
      }
      expect(writers.failures).toEqual([]);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'renews the certificates of a chaincode process, and what its peers show to it',
    async () => {
      const untilAllAnswer = () =>
        until('every process of the chaincode answers', async () => {
          const question = ['--arg', 'run', '--arg', '[["get","renewal"]]'];
          return (await network.medquorum(['chaincode', 'compare', ...question])).status === 0 ? true : undefined;
        });
      // The package did not change with the peer's certificate above, nor does it with the process's.
      expect(await network.medquorum('pki renew --org gamma --name probe')).toMatchObject({ status: 0 });
      await network.restartChaincode('GammaMSP');
      await untilAllAnswer();
      const installed = await network.medquorum('chaincode install --org gamma');
      expect(installed).toMatchObject({ status: 0, stdout: expect.stringMatching(/^gamma probe_1:/) });

      expect(await network.medquorum('pki renew --org gamma --name probe/client')).toMatchObject({ status: 0 });
      for (const dryRun of ['', ' --dry-run'])
        expect(await network.medquorum(`chaincode install --org gamma${dryRun}`)).toMatchObject({
          status: 1,
          stderr: expect.stringMatching(/MQ_OPERATION_REFUSED: .*chaincode upgrade --org gamma/),
        });
      const upgraded = await network.medquorum('chaincode upgrade --org gamma');
      expect(upgraded.status).toBe(0);
      const [, packageId = ''] = /CHAINCODE_ID=(\S+)/.exec(upgraded.stderr) ?? [];
      expect(installed.stdout).not.toContain(packageId);
      await network.restartChaincode('GammaMSP', {}, packageId);
      await untilAllAnswer();
      expect(await network.medquorum('chaincode install --org gamma')).toMatchObject({
        status: 0,
        stdout: `gamma ${packageId}\n`,
      });
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    "revokes a client's certificate for everybody, by its own signature alone",
    async () => {
      const client = await ProbeClient.connect(network, 'BetaMSP');
      try {
        await client.put('before', 'revocation');
        expect(await network.medquorum('pki revoke --org beta --name user1')).toMatchObject({ status: 0 });
        const folder = (await network.medquorum('organization update --org beta')).stdout.trim();
        await network.medquorum(`governance sign --proposal ${folder} --org beta`);
        expect(await network.medquorum(`governance apply --proposal ${folder}`)).toMatchObject({ status: 0 });
        await expect(client.put('after', 'revocation')).rejects.toThrow();
      } finally {
        client.close();
      }
      expect(await network.medquorum('pki renew --org beta --name user1 --new-key')).toMatchObject({ status: 0 });
      const renewed = await ProbeClient.connect(network, 'BetaMSP');
      await renewed.put('after', 'renewal');
      renewed.close();
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'refuses to take a root away from an organisation',
    async () => {
      const [other, made] = [path.join(network.folder, 'other-root'), path.join(network.folder, 'made-anew')];
      await cp(network.keys, other, { recursive: true });
      await generateMaterial(network.topology, made, { only: ['beta'] });
      await cp(path.join(made, 'beta', 'public'), path.join(other, 'beta', 'public'), { recursive: true });
      expect(await network.medquorum('organization update --org beta --dry-run', { keys: other })).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/MQ_OPERATION_REFUSED: .*lacks a root/),
      });
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    "revokes the ordering service's administrator for everybody, and goes on with its successor",
    async () => {
      const unchanged = 'orderer update --dry-run';
      const old = await orderingMachine('old');
      expect((await network.medquorum(unchanged, old)).stderr).toContain('MQ_GOVERNANCE_NO_CHANGE');

      const revoked = await network.medquorum('pki revoke --org orderer --name admin');
      expect([revoked.status, revoked.stderr]).toEqual([
        0,
        expect.stringContaining('organization update --org orderer'),
      ]);
      expect(await network.medquorum('pki renew --org orderer --name admin --new-key')).toMatchObject({ status: 0 });
      const folder = (await network.medquorum('organization update --org orderer')).stdout.trim();
      await network.medquorum(`governance sign --proposal ${folder} --org orderer`);
      expect(await network.medquorum(`governance apply --proposal ${folder}`)).toMatchObject({ status: 0 });

      expect((await network.medquorum(unchanged, old)).stderr).toContain('FORBIDDEN');
      const successor = await network.medquorum(unchanged, await orderingMachine('new'));
      expect(successor.stderr).toContain('MQ_GOVERNANCE_NO_CHANGE');
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'comes back from its backup on an empty machine, with equal block hashes and state',
    async () => {
      const at = (name: string) => path.join(network.folder, name);
      const backup = `backup create --org gamma --out ${at('backup')} --keys-out ${at('backup-keys')}`;
      expect(await network.medquorum(backup)).toMatchObject({ status: 0 });
      expect((await network.medquorum(backup)).stderr).toContain('MQ_RESTORE_NOT_EMPTY');
      expect(await readdir(at('backup'))).toEqual(['backup.json', 'snapshot']);
      const writer = await ProbeClient.connect(network, 'AlphaMSP');
      await writer.put('since', 'the backup');

      // The machine is lost.
      await network.supervisor.stop('peer0.gamma');
      await rm(path.join(network.data, 'network', 'peers', 'peer0.gamma'), { recursive: true });
      await network.supervisor.stop('orderer4.orderer');
      await rm(path.join(network.data, 'network', 'orderers', 'orderer4'), { recursive: true });
      const own = { data: at('new-machine'), keys: at('new-keys') };
      await cp(at('backup'), at('damaged'), { recursive: true });
      await appendFile(path.join(at('damaged'), 'snapshot', 'public_state.data'), 'x');
      const damaged = await network.medquorum(
        `backup restore --from ${at('damaged')} --keys-from ${at('backup-keys')}`,
        own,
      );
      expect(damaged).toMatchObject({ status: 1, stderr: expect.stringMatching(/MQ_BACKUP_DAMAGED: .*public_state/) });
      const restored = await network.medquorum(
        `backup restore --from ${at('backup')} --keys-from ${at('backup-keys')}`,
        own,
      );
      expect(restored.status).toBe(0);
      const [, snapshot] = /--snapshot (\S+)/.exec(restored.stdout) ?? [];
      await network.medquorumUntilClosed(`node up --org gamma --snapshot ${snapshot}`, own);
      // Its peer has not what gamma approved before the snapshot; the package follows from the keys.
      expect(await network.medquorum('chaincode install --org gamma', own)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^gamma probe_1:/),
        stderr: expect.stringContaining('its peer cannot tell which package of probe is approved'),
      });
      expect(restored.stdout).toContain('medquorum node up --org OrdererMSP --name orderer4 ');
      await network.medquorumUntilClosed('node up --org OrdererMSP --name orderer4', {
        ...own,
        data: at('new-orderer'),
      });

      await until('the orderer that gamma operates orders again', async () => {
        await writer.put('since', 'the restore');
        const node = network.topology.orderers.nodes.find(({ name }) => name === 'orderer4');
        const state = node === undefined ? undefined : await ordererState(network.operator, node);
        const { heads } = await chainHeads(network.operator);
        const highest = Math.max(...heads.map(({ height }) => height));
        return state?.consensusRelation === 'consenter' && state.height >= highest ? true : undefined;
      });
      writer.close();
      await until('every peer has the same last block', async () => {
        const { heads, silent } = await chainHeads(network.operator);
        return silent.length === 0 && new Set(heads.map(({ blockHash }) => blockHash)).size === 1 ? true : undefined;
      });
      const { topology, operator } = network;
      const elsewhere = new Operator({
        topology,
        binaries,
        materialDirectory: own.keys,
        dataDirectory: own.data,
        report: () => {},
      });
      const [alpha, gamma] = [operator.organization('alpha'), elsewhere.organization('gamma')];
      const snapshots = [
        await takeSnapshot(operator, { organization: alpha, peer: alpha.peers[0] }),
        await takeSnapshot(elsewhere, { organization: gamma, peer: gamma.peers[0] }),
      ].map(({ blockNumber, blockHash, files }) => ({ blockNumber, blockHash, files }));
      expect(snapshots[1]).toEqual(snapshots[0]);
      expect(Object.keys(snapshots[0]?.files ?? {})).toContain('public_state.data');
      const head = await chainHead(elsewhere, { organization: gamma, peer: gamma.peers[0] });
      expect(head.height).toBe((snapshots[0]?.blockNumber ?? 0) + 1);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'comes back as the ordering service from its keys, and governs',
    async () => {
      const at = (name: string) => path.join(network.folder, `ordering-${name}`);
      const saved = await network.medquorum(
        `backup create --org orderer --out ${at('backup')} --keys-out ${at('keys')}`,
      );
      expect(saved).toMatchObject({ status: 0, stdout: 'orderer saved, keys alone\n' });
      const own = { data: at('new-machine'), keys: at('new-keys') };
      const restored = await network.medquorum(`backup restore --from ${at('backup')} --keys-from ${at('keys')}`, own);
      expect(restored).toMatchObject({ status: 0, stdout: expect.stringContaining('--name orderer1 ') });
      const asked = await network.medquorum('orderer update --dry-run', own);
      expect(asked).toMatchObject({ status: 1, stderr: expect.stringContaining('MQ_GOVERNANCE_NO_CHANGE') });
    },
    SUITE_TIMEOUT_MS,
  );
});
