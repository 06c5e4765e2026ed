import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { ordererState } from '@medquorum/network/operations/run-nodes';
import { until } from '@medquorum/network/operations/until';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { describeFabric } from './describe-fabric.ts';
import { OperatedNetwork } from './operated-network.ts';
import { operatedTopology, ordererNode, type TopologyDocument } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';

const SUITE_TIMEOUT_MS = 120_000;

describeFabric('orderers of a running consortium', (binaries) => {
  let network: OperatedNetwork;
  let document: TopologyDocument;
  let client: ProbeClient;
  beforeAll(async () => {
    document = await operatedTopology(['alpha', 'beta']);
    network = await OperatedNetwork.start(binaries, document);
    client = await ProbeClient.connect(network, 'AlphaMSP');
  }, SUITE_TIMEOUT_MS);
  afterAll(async () => {
    client?.close();
    await network?.close();
  }, SUITE_TIMEOUT_MS);

  async function agree(proposal: string): Promise<void> {
    const proposed = await network.medquorum(proposal);
    expect(proposed).toMatchObject({ status: 0 });
    const folder = proposed.stdout.trim();
    const alone = await network.medquorum(`governance apply --proposal ${folder}`);
    expect(alone.stderr).toContain('MQ_GOVERNANCE_NOT_ENOUGH');
    await network.medquorum(`governance sign --proposal ${folder} --org orderer`);
    expect(await network.medquorum(`governance apply --proposal ${folder}`)).toMatchObject({ status: 0 });
  }

  /** The node orders: it is a consenter and as far as the peers. A consenter that missed a block asks for it when the next one comes. */
  const untilConsents = (name: string) =>
    until(`${name} has caught up`, async () => {
      await client.put('traffic', name);
      const node = network.topology.orderers.nodes.find((candidate) => candidate.name === name);
      const [state, { heads }] = [
        node === undefined ? undefined : await ordererState(network.operator, node),
        await chainHeads(network.operator),
      ];
      const highest = Math.max(...heads.map(({ height }) => height));
      return state?.consensusRelation === 'consenter' && state.height >= highest ? state : undefined;
    });

  /** While orderers come and go a submission may find too few of them; sent again, it is taken or was taken. */
  const write = (key: string, value: string) =>
    until(`${key} becomes '${value}'`, async () => {
      await client.put(key, value);
      return true;
    });

  it(
    'grow: a fifth joins, catches up, and makes up for one that fails',
    async () => {
      document.orderers.nodes.push(ordererNode('orderer5', await freePorts(3)));
      await network.use(document);
      expect(await network.medquorum('pki generate')).toMatchObject({ status: 0 });
      await agree('orderer update');
      await network.medquorumUntilClosed('node up --org orderer --name orderer5', {
        data: `${network.folder}/orderer5`,
      });
      await write('orderers', 'five');
      await untilConsents('orderer5');
      // Of five orderers four must agree: without the fifth taking part, nothing is ordered now.
      await network.supervisor.stop('orderer4.orderer');
      await write('orderers', 'five without the fourth');
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'are replaced: the failed one leaves the channel, and again one may fail',
    async () => {
      document.orderers.nodes = document.orderers.nodes.filter(({ name }) => name !== 'orderer4');
      await network.use(document);
      await agree('orderer update');
      await write('orderers', 'the fourth was replaced');
      await untilConsents('orderer5');
      await network.supervisor.stop('orderer3.orderer');
      await write('orderers', 'three of four');
      expect(await client.get('orderers')).toBe('three of four');
      const unchanged = await network.medquorum('orderer update --dry-run');
      expect(unchanged).toMatchObject({ status: 1, stderr: expect.stringContaining('MQ_GOVERNANCE_NO_CHANGE') });
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'are replaced in one step: a lost one goes, a new one comes, three of four suffice meanwhile',
    async () => {
      document.orderers.nodes = document.orderers.nodes.filter(({ name }) => name !== 'orderer3');
      document.orderers.nodes.push(ordererNode('orderer6', await freePorts(3)));
      await network.use(document);
      expect(await network.medquorum('pki generate')).toMatchObject({ status: 0 });
      await agree('orderer update');
      await network.medquorumUntilClosed('node up --org orderer --name orderer6', {
        data: `${network.folder}/orderer6`,
      });
      await untilConsents('orderer6');
      await network.supervisor.stop('orderer2.orderer');
      await write('orderers', 'one, five and six');
    },
    SUITE_TIMEOUT_MS,
  );
});
