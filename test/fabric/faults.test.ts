import path from 'node:path';
import { EndorseError } from '@hyperledger/fabric-gateway';
import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { until } from '@medquorum/network/operations/until';
import { lostOrDoubled, validTransactions } from './chain-audit.ts';
import { describeFabric } from './describe-fabric.ts';
import { leadingOrderer } from './leading-orderer.ts';
import { OperatedNetwork } from './operated-network.ts';
import { operatedTopology } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';
import { SteadyWriters } from './steady-writers.ts';

const SUITE_TIMEOUT_MS = 240_000;
/** How often each fault is made. */
const ROUNDS = 2;
const MSP_IDS = ['AlphaMSP', 'BetaMSP', 'GammaMSP'] as const;

describeFabric('faults of a consortium under load', (binaries) => {
  let network: OperatedNetwork;
  beforeAll(async () => {
    network = await OperatedNetwork.start(binaries, await operatedTopology(['alpha', 'beta', 'gamma']));
  }, SUITE_TIMEOUT_MS);
  afterAll(() => network?.close(), SUITE_TIMEOUT_MS);

  const started: SteadyWriters[] = [];
  afterEach(() => Promise.all(started.splice(0).map((writers) => writers.stop())), SUITE_TIMEOUT_MS);
  const write = (mspIds: readonly string[], logFile: string) => {
    const writers = SteadyWriters.start(network, mspIds, path.join(network.folder, logFile));
    started.push(writers);
    return writers;
  };

  const processOf = (start: string) => {
    const found = network.supervisor.status().find((status) => status.name.startsWith(start));
    if (found?.pid === undefined) throw new Error(`${start} does not run`);
    return { name: found.name, pid: found.pid };
  };

  const equalHeads = () =>
    until('every peer has the same last block', async () => {
      const { heads, silent } = await chainHeads(network.operator);
      return silent.length === 0 && new Set(heads.map(({ blockHash }) => blockHash)).size === 1 ? heads : undefined;
    });

  it(
    'lose and double no acknowledged write, whichever process is killed',
    async () => {
      const writers = write(MSP_IDS, 'writes.jsonl');
      await writers.recovered();
      const times = new Map<string, number[]>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const leading = await leadingOrderer(network.topology);
        const orderers = network.topology.orderers.nodes.map(({ name }) => `${name}.orderer`);
        const faults: readonly (readonly [string, string])[] = [
          ['a chaincode process', 'probe.BetaMSP'],
          ['a peer', 'peer0.gamma'],
          ['an orderer that follows', orderers.find((name) => name !== leading) ?? ''],
          ['the orderer that leads', leading],
        ];
        for (const [what, name] of faults) {
          const victim = processOf(name);
          process.kill(victim.pid, 'SIGKILL');
          times.set(what, [...(times.get(what) ?? []), ...(await writers.recovered())]);
          await until(`${victim.name} is back`, async () =>
            network.supervisor.status().some((status) => status.name === victim.name && status.state === 'ready')
              ? true
              : undefined,
          );
        }
      }
      for (const [what, unsorted] of times) {
        const sorted = unsorted.map(Math.round).sort((a, b) => a - b);
        process.stderr.write(
          `kill -9 of ${what}: each organisation's next write is acknowledged after p50 ${sorted[sorted.length >> 1]} ms, max ${sorted.at(-1)} ms (${sorted.length} times)\n`,
        );
      }
      await writers.stop();
      expect(writers.failures).toEqual([]);

      const heads = await equalHeads();
      const height = heads[0]?.height ?? 0;
      const log = writers.log();
      process.stderr.write(`${log.length} acknowledged writes against ${MSP_IDS.length} peers of height ${height}\n`);
      for (const mspId of MSP_IDS)
        expect(lostOrDoubled(log, await validTransactions(network, mspId, height))).toEqual([]);
      // The comparison would notice: one line more than the blocks have is found.
      const invented = { ...(log[0] ?? expect.anything()), txId: 'never', attempts: ['never'] };
      expect(lostOrDoubled([invented], await validTransactions(network, 'AlphaMSP', height))).toHaveLength(1);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'include lies: an altered result of one organisation is refused, and the liar named',
    async () => {
      // Every process is asked to write what it is sworn to; beta's now swears otherwise.
      await Promise.all(MSP_IDS.map((mspId) => network.restartChaincode(mspId, { PROBE_ORG: 'the truth' })));
      const client = await ProbeClient.connect(network, 'AlphaMSP');
      const swear = (...mspIds: string[]) =>
        client.contract
          .newProposal('run', { arguments: [JSON.stringify([['putenv', 'sworn']])], endorsingOrganizations: mspIds })
          .endorse();
      try {
        await until('all three are honest', async () => (await swear(...MSP_IDS)) && true);
        await network.restartChaincode('BetaMSP', { PROBE_ORG: 'a lie' });
        await until('beta answers', async () => (await swear('BetaMSP')) && true);
        for (const others of [
          ['AlphaMSP', 'BetaMSP'],
          ['AlphaMSP', 'BetaMSP', 'GammaMSP'],
        ]) {
          const failure = await swear(...others).catch((error: unknown) => error);
          expect(failure).toBeInstanceOf(EndorseError);
          // Fabric names who differs from the first endorsement that came: that may be an honest one.
          expect((failure as EndorseError).details.map(({ message }) => message).join()).toContain('do not match');
        }
        expect(await client.get('sworn')).toBe('');
        const question = (name: string) => ['chaincode', 'compare', '--arg', 'run', '--arg', JSON.stringify([[name]])];
        expect(await network.medquorum(question('env'))).toMatchObject({
          status: 1,
          stdout: 'AlphaMSP: answers as the majority\nBetaMSP: answers otherwise\nGammaMSP: answers as the majority\n',
        });
        expect(await network.medquorum(question('params'))).toMatchObject({ status: 0 });
      } finally {
        client.close();
      }
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'do not stop the others: with one orderer and one peer down, writes go on',
    async () => {
      await network.supervisor.stop('peer0.gamma');
      await network.supervisor.stop('orderer4.orderer');
      const writers = SteadyWriters.start(
        network,
        ['AlphaMSP', 'BetaMSP'],
        path.join(network.folder, 'degraded.jsonl'),
      );
      await writers.recovered();
      await writers.recovered();
      await writers.stop();
      expect(writers.failures).toEqual([]);
      expect(writers.log().length).toBeGreaterThanOrEqual(4);
    },
    SUITE_TIMEOUT_MS,
  );
});
