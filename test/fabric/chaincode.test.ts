import path from 'node:path';
import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { until } from '@medquorum/network/operations/until';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { lostOrDoubled, validTransactions } from './chain-audit.ts';
import { describeFabric } from './describe-fabric.ts';
import { OperatedNetwork } from './operated-network.ts';
import { operatedTopology, type TopologyDocument } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';
import { SteadyWriters } from './steady-writers.ts';

const SUITE_TIMEOUT_MS = 150_000;
const MSP_IDS = ['AlphaMSP', 'BetaMSP', 'GammaMSP'] as const;

describeFabric('the chaincode of a running consortium', (binaries) => {
  let network: OperatedNetwork;
  let document: TopologyDocument;
  beforeAll(async () => {
    document = await operatedTopology(['alpha', 'beta', 'gamma']);
    network = await OperatedNetwork.start(binaries, document);
  }, SUITE_TIMEOUT_MS);
  afterAll(() => network?.close(), SUITE_TIMEOUT_MS);

  const definition = () => document.chaincodes[0] ?? {};

  it(
    'is upgraded to new code while clients write, and none of them fails',
    async () => {
      const writers = SteadyWriters.start(network, MSP_IDS, path.join(network.folder, 'upgrade.jsonl'));
      await writers.recovered();
      const ports = await freePorts(MSP_IDS.length);
      Object.assign(definition(), {
        version: '2',
        sequence: 2,
        addresses: Object.fromEntries(MSP_IDS.map((mspId, i) => [mspId, `127.0.0.1:${ports[i]}`])),
      });
      await network.use(document);
      const dry = await network.medquorum('chaincode upgrade --dry-run');
      const places = [...dry.stderr.matchAll(/^\w+: (CHAINCODE_SERVER_ADDRESS=.*)$/gm)].map(
        ([, variables = '']): Record<string, string> =>
          Object.fromEntries(variables.split(' ').map((variable) => variable.split('='))),
      );
      const early = await network.medquorum('chaincode upgrade --org alpha --wait 0');
      expect([early.status, early.stderr]).toEqual([1, expect.stringContaining('MQ_OPERATION_TIMEOUT')]);
      // The second processes are started with what is printed, and nothing else.
      await Promise.all(
        MSP_IDS.map((mspId) => {
          const address = network.topology.chaincodes[0]?.addresses[mspId];
          const place = places.find(({ CHAINCODE_SERVER_ADDRESS }) => CHAINCODE_SERVER_ADDRESS === address);
          const { CHAINCODE_ID = '', CHAINCODE_TLS_CERT, CHAINCODE_TLS_KEY, CHAINCODE_TLS_CLIENT_CA } = place ?? {};
          const tls = { CHAINCODE_TLS_CERT, CHAINCODE_TLS_KEY, CHAINCODE_TLS_CLIENT_CA };
          for (const file of Object.values(tls)) expect(file).toMatch(/\.(pem|key)$/);
          return network.startChaincode(mspId, CHAINCODE_ID, tls as Record<string, string>);
        }),
      );

      expect(await network.medquorum('chaincode upgrade --org alpha --approve-only')).toMatchObject({
        status: 0,
      });
      const alone = await network.medquorum('chaincode upgrade --org alpha');
      expect([alone.status, alone.stderr]).toEqual([1, expect.stringContaining('1 of 3 have approved')]);
      const pending = JSON.parse((await network.medquorum('chaincode status --json')).stdout);
      expect(pending).toMatchObject({
        committed: [{ name: 'probe', version: '1', sequence: 1 }],
        proposed: [{ sequence: 2, approvals: { AlphaMSP: true, BetaMSP: false, GammaMSP: false } }],
      });
      expect(await network.medquorum('chaincode upgrade')).toMatchObject({ status: 0 });
      await writers.recovered();
      await writers.stop();

      expect(writers.failures).toEqual([]);
      const log = writers.log();
      const retried = log.filter(({ attempts }) => attempts.length > 1).length;
      process.stderr.write(
        `upgrade under load: ${log.length} writes, ${retried} submitted more than once, none failed\n`,
      );
      const status = JSON.parse((await network.medquorum('chaincode status --json')).stdout);
      expect(status).toMatchObject({ committed: [{ version: '2', sequence: 2 }], proposed: [] });
      // The processes of the old version are no longer needed.
      for (const { name } of network.supervisor.status())
        if (/^probe\.\w+\.\d+$/.test(name) && !ports.some((port) => name.endsWith(`.${port}`)))
          await network.supervisor.stop(name);
      const client = await ProbeClient.connect(network, 'AlphaMSP');
      await client.put('version', '2');
      client.close();
      const heads = await until('every peer has the same last block', async () => {
        const { heads } = await chainHeads(network.operator);
        return new Set(heads.map(({ blockHash }) => blockHash)).size === 1 ? heads : undefined;
      });
      const height = heads[0]?.height ?? 0;
      for (const mspId of MSP_IDS)
        expect(lostOrDoubled(log, await validTransactions(network, mspId, height))).toEqual([]);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'gets another endorsement policy by a definition with a new sequence, under the same code',
    async () => {
      Object.assign(definition(), {
        sequence: 3,
        endorsementPolicy: "AND('AlphaMSP.peer','BetaMSP.peer','GammaMSP.peer')",
      });
      await network.use(document);
      expect(await network.medquorum('chaincode upgrade')).toMatchObject({ status: 0 });
      const status = JSON.parse((await network.medquorum('chaincode status --json')).stdout);
      expect(status.committed[0].endorsementPolicy).toMatch(/^(AND\(|OutOf\(3,)/);
      const client = await ProbeClient.connect(network, 'AlphaMSP');
      try {
        await client.put('policy', 'all three');
        const gamma = network.supervisor.status().find(({ name }) => name.startsWith('probe.GammaMSP'));
        await network.supervisor.stop(gamma?.name ?? '');
        // Two of three sufficed before; now a write without the third is refused.
        await expect(client.put('policy', 'two of three')).rejects.toThrow();
        expect(await client.get('policy')).toBe('all three');
      } finally {
        client.close();
      }
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'is whole to the doctor, which also says what is not',
    async () => {
      const whole = await network.medquorum('doctor --engine fabric');
      expect(whole).toMatchObject({ status: 0, stdout: expect.stringContaining('no problems') });
      await network.supervisor.stop('peer0.gamma');
      const broken = await network.medquorum('doctor --engine fabric --json');
      expect(broken.status).toBe(1);
      expect(JSON.parse(broken.stdout).findings).toContainEqual({
        check: 'connections',
        level: 'problem',
        subject: 'peer0 of gamma',
        detail: expect.stringContaining('does not answer'),
        cure: expect.stringContaining('medquorum node up'),
      });
    },
    SUITE_TIMEOUT_MS,
  );
});
