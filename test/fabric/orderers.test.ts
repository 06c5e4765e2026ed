import { cp } from 'node:fs/promises';
import path from 'node:path';
import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { ordererState } from '@medquorum/network/operations/run-nodes';
import { until } from '@medquorum/network/operations/until';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { describeFabric } from './describe-fabric.ts';
import { OperatedNetwork } from './operated-network.ts';
import { operatedTopology, ordererNode, type TopologyDocument } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';

const SUITE_TIMEOUT_MS = 120_000;

describeFabric('orderers of a running consortium, by those who have their keys', (binaries) => {
  let network: OperatedNetwork;
  let document: TopologyDocument;
  let client: ProbeClient;
  beforeAll(async () => {
    document = await operatedTopology(['alpha', 'beta']);
    network = await OperatedNetwork.start(binaries, document);
    client = await ProbeClient.connect(network, 'AlphaMSP');
    await giveKeys('ordering', network.keys, 'orderer');
  }, SUITE_TIMEOUT_MS);
  afterAll(async () => {
    client?.close();
    await network?.close();
  }, SUITE_TIMEOUT_MS);

  const machine = (name: string) => ({
    keys: path.join(network.folder, name, 'keys'),
    data: path.join(network.folder, name, 'data'),
  });
  /** The ordering organisation's machine holds its keys; of the members what is public. */
  const atOrdering = (command: string) => network.medquorum(command, machine('ordering'));

  /** A machine with one part of somebody's keys, and the public folders of all. */
  async function giveKeys(name: string, from: string, part: string): Promise<void> {
    for (const given of ['alpha/public', 'beta/public', 'orderer/public', part])
      await cp(path.join(from, given), path.join(machine(name).keys, given), { recursive: true });
  }

  async function agree(proposal: string): Promise<void> {
    const proposed = await atOrdering(proposal);
    expect(proposed).toMatchObject({ status: 0 });
    const folder = proposed.stdout.trim();
    const alone = await atOrdering(`governance apply --proposal ${folder}`);
    expect(alone.stderr).toContain('MQ_GOVERNANCE_NOT_ENOUGH');
    expect(await atOrdering(`governance sign --proposal ${folder} --org orderer`)).toMatchObject({ status: 0 });
    expect(await atOrdering(`governance status --proposal ${folder}`)).toMatchObject({ status: 0 });
    expect(await atOrdering(`governance apply --proposal ${folder}`)).toMatchObject({ status: 0 });
  }

  /** Runs a node of the topology where there are no other keys than its own. */
  async function operate(name: string): Promise<void> {
    await giveKeys(name, machine('ordering').keys, `orderer/private/orderers/${name}`);
    await network.medquorumUntilClosed(`node up --org orderer --name ${name}`, machine(name));
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
      expect(await atOrdering('pki generate --org orderer')).toMatchObject({ status: 0 });
      await agree('orderer update');
      await operate('orderer5');
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
      const unchanged = await atOrdering('orderer update --dry-run');
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
      expect(await atOrdering('pki generate --org orderer')).toMatchObject({ status: 0 });
      await agree('orderer update');
      await operate('orderer6');
      await untilConsents('orderer6');
      await network.supervisor.stop('orderer2.orderer');
      await write('orderers', 'one, five and six');
    },
    SUITE_TIMEOUT_MS,
  );
});
