import { appendFile, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { until } from '@medquorum/network/operations/until';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import { connectGateway } from '../network/gateway-client.ts';
import { describeFabric } from './describe-fabric.ts';
import { OperatedNetwork } from './operated-network.ts';
import { mspIdOf, operatedTopology, type TopologyDocument } from './operated-topology.ts';
import { ProbeClient } from './probe-client.ts';

const SUITE_TIMEOUT_MS = 120_000;
/** One names Gamma as a member, one only as an endorser, one not at all. */
const COLLECTIONS = [
  { name: 'held', policy: "OR('AlphaMSP.member','GammaMSP.member')" },
  {
    name: 'endorsed',
    policy: "OR('AlphaMSP.member','BetaMSP.member')",
    endorsementPolicy: { signaturePolicy: "OR('GammaMSP.peer')" },
  },
  { name: 'other', policy: "OR('AlphaMSP.member','BetaMSP.member')" },
];

describeFabric('members of a running consortium', (binaries) => {
  let network: OperatedNetwork;
  let document: TopologyDocument;
  beforeAll(async () => {
    document = await operatedTopology(['alpha', 'beta', 'gamma']);
    const [probe] = document.chaincodes;
    if (probe !== undefined) probe.collections = COLLECTIONS;
    network = await OperatedNetwork.start(binaries, document);
  }, SUITE_TIMEOUT_MS);
  afterAll(() => network.close(), SUITE_TIMEOUT_MS);

  /** Where the new organisation works: a machine of its own, with nobody else's private keys. */
  const own = () => ({ keys: path.join(network.folder, 'delta-keys'), data: path.join(network.folder, 'delta-data') });

  const equalHeads = () =>
    until('every peer has the same last block', async () => {
      const { heads, silent } = await chainHeads(network.operator);
      return silent.length === 0 && new Set(heads.map(({ height, blockHash }) => `${height} ${blockHash}`)).size === 1
        ? heads
        : undefined;
    });

  it(
    'grow when a majority has signed, and the new peer catches up to equal block hashes',
    async () => {
      const [port = 0, chaincodePort = 0, operationsPort = 0] = await freePorts(3);
      document.organizations.push({
        mspId: mspIdOf('delta'),
        name: 'delta',
        domain: 'delta.example',
        peers: [{ name: 'peer0', port, chaincodePort, operationsPort }],
        clients: [{ name: 'user1' }],
      });
      await network.use(document);
      await generateMaterial(topologyFrom(document), own().keys, { only: ['delta'] });
      await cp(path.join(own().keys, 'delta', 'public'), path.join(network.keys, 'delta', 'public'), {
        recursive: true,
      });
      for (const name of ['alpha', 'beta', 'gamma', 'orderer'])
        await cp(path.join(network.keys, name, 'public'), path.join(own().keys, name, 'public'), { recursive: true });

      const dry = await network.medquorum('organization add --org delta --dry-run');
      expect(dry).toMatchObject({ status: 0, stdout: '' });
      expect(dry.stderr).toContain('/Channel/Application/Admins: 0 of 2 signatures');
      const proposed = await network.medquorum('organization add --org delta');
      expect(proposed.status).toBe(0);
      const folder = proposed.stdout.trim();
      expect((await readdir(folder)).sort()).toEqual([
        'config-update.json',
        'config-update.pb',
        'proposal.json',
        'signatures',
      ]);
      expect(await readFile(path.join(folder, 'config-update.json'), 'utf8')).toContain('DeltaMSP');

      await network.medquorum(`governance sign --proposal ${folder} --org alpha`);
      const early = await network.medquorum(`governance apply --proposal ${folder}`);
      expect([early.status, early.stderr]).toEqual([1, expect.stringContaining('MQ_GOVERNANCE_NOT_ENOUGH')]);
      const foreign = await network.medquorum(`governance sign --proposal ${folder} --org beta`, own());
      expect([foreign.status, foreign.stderr]).toEqual([1, expect.stringContaining('MQ_OPERATION_NO_KEYS')]);
      await network.medquorum(`governance sign --proposal ${folder} --org beta`);
      const status = await network.medquorum(`governance status --proposal ${folder} --json`);
      expect(status.status).toBe(0);
      expect(JSON.parse(status.stdout)).toMatchObject({
        accepted: true,
        changes: [{ what: '/Channel/Application/DeltaMSP', kind: 'added', policy: '/Channel/Application/Admins' }],
        votes: [
          { mspId: 'AlphaMSP', signedBy: expect.stringContaining('admin.alpha.example') },
          { mspId: 'BetaMSP', signedBy: expect.stringContaining('admin.beta.example') },
        ],
      });
      expect(await network.medquorum(`governance apply --proposal ${folder}`)).toMatchObject({ status: 0 });
      const again = await network.medquorum(`governance apply --proposal ${folder}`);
      expect(again.stderr).toContain('MQ_GOVERNANCE_STALE');

      await network.medquorumUntilClosed('node up --org delta', own());
      expect(await network.medquorum('network status', own())).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/DeltaMSP .* answers\n {2}peer0\.delta {2}ready/),
      });
      const heads = await equalHeads();
      expect(heads).toHaveLength(4);
      const client = await ProbeClient.connect(network, 'AlphaMSP');
      await client.put('after', 'delta joined');
      client.close();
      expect((await equalHeads()).map(({ height }) => height)).toEqual(Array(4).fill((heads[0]?.height ?? 0) + 1));
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'do not count a vote that was tampered with',
    async () => {
      const proposed = await network.medquorum('organization remove --org delta');
      const folder = proposed.stdout.trim();
      for (const name of ['alpha', 'beta', 'gamma'])
        await network.medquorum(`governance sign --proposal ${folder} --org ${name}`);
      const file = path.join(folder, 'signatures', 'BetaMSP.json');
      const vote = JSON.parse(await readFile(file, 'utf8')) as { signature: string; signatureHeader: string };
      const other = JSON.parse(await readFile(path.join(folder, 'signatures', 'AlphaMSP.json'), 'utf8')) as typeof vote;
      await writeFile(file, JSON.stringify({ ...vote, signature: other.signature }));
      const forged = await network.medquorum(`governance status --proposal ${folder}`);
      expect([forged.status, forged.stdout]).toEqual([1, expect.stringContaining('the signature is wrong')]);
      await writeFile(file, JSON.stringify({ ...vote, ...other, mspId: 'BetaMSP' }));
      const borrowed = await network.medquorum(`governance status --proposal ${folder}`);
      expect([borrowed.status, borrowed.stdout]).toEqual([
        1,
        expect.stringContaining('signed by somebody of AlphaMSP'),
      ]);
      await appendFile(path.join(folder, 'config-update.pb'), 'x');
      const altered = await network.medquorum(`governance sign --proposal ${folder} --org gamma`);
      expect([altered.status, altered.stderr]).toEqual([1, expect.stringContaining('MQ_GOVERNANCE_UNREADABLE')]);
      await rm(folder, { recursive: true });
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'shrink: who was removed may write no more, while the others go on',
    async () => {
      const named = await network.medquorum('organization remove --org gamma');
      expect([named.status, named.stderr]).toEqual([
        1,
        expect.stringContaining('still named by probe, collection held of probe, collection endorsed of probe:'),
      ]);
      const proposed = await network.medquorum('organization remove --org delta');
      const folder = proposed.stdout.trim();
      for (const name of ['alpha', 'beta', 'gamma'])
        await network.medquorum(`governance sign --proposal ${folder} --org ${name}`);
      const { cert, key } = network.connection('DeltaMSP', own().keys);
      const delta = await connectGateway({ ...network.connection('AlphaMSP'), mspId: 'DeltaMSP', cert, key });
      const contract = delta.gateway.getNetwork('operated').getContract('probe');
      const put = () => contract.submitTransaction('run', JSON.stringify([['put', 'by', 'delta']]));
      await put();
      expect(await network.medquorum(`governance apply --proposal ${folder}`)).toMatchObject({ status: 0 });
      const client = await ProbeClient.connect(network, 'AlphaMSP');
      await client.put('after', 'delta left');
      expect(await client.get('after')).toBe('delta left');
      client.close();
      const denied = expect.objectContaining({ message: expect.stringContaining('access denied') });
      await expect(put()).rejects.toMatchObject({ details: expect.arrayContaining([denied]) });
      delta.close();
    },
    SUITE_TIMEOUT_MS,
  );
});
