import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectionFile } from '@medquorum/network/connection/connection-file';
import type { FabricBinaries } from '@medquorum/network/fabric/fabric-binaries';
import { chainHeads } from '@medquorum/network/operations/chain-heads';
import { FabricNetwork } from '@medquorum/network/operations/fabric-network';
import { Operator } from '@medquorum/network/operations/operator';
import { ordererState } from '@medquorum/network/operations/run-nodes';
import { until } from '@medquorum/network/operations/until';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { acceptsConnections } from '@medquorum/network/supervisor/probe';
import type { ProcessSpec } from '@medquorum/network/supervisor/supervised-process';
import { Supervisor } from '@medquorum/network/supervisor/supervisor';
import { topologyFrom } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import { connectGateway, type GatewayClient } from '../network/gateway-client.ts';
import { describeFabric } from './describe-fabric.ts';
import { NetworkNamespaces } from './network-namespaces.ts';
import { mspIdOf } from './operated-topology.ts';

const SUITE_TIMEOUT_MS = 180_000;
const HEAL_TIMEOUT_MS = 90_000;
const READY_TIMEOUT_MS = 30_000;
const PROBE_CHAINCODE = fileURLToPath(new URL('../conformance/probe-chaincode/index.js', import.meta.url));
const NAMES = ['alpha', 'beta', 'gamma'] as const;
const ORDERERS = 'orderer';
const WRITES = 5;

/** Every machine has all ports to itself: they are the same everywhere. Each organisation runs an orderer, the fourth stands alone. */
function consortium(machines: NetworkNamespaces) {
  return {
    version: 1,
    name: 'apart',
    channel: { name: 'apart', batch: { timeoutMs: 100 } },
    hosts: Object.fromEntries(NAMES.map((name) => [name, machines.address(name)])),
    organizations: NAMES.map((name) => ({
      mspId: mspIdOf(name),
      name,
      domain: `${name}.example`,
      peers: [{ name: 'peer0', port: 7051, chaincodePort: 7052, operationsPort: 7053 }],
    })),
    orderers: {
      consensus: 'bft',
      name: ORDERERS,
      nodes: [...NAMES, undefined].map((operator, i) => ({
        name: `orderer${i + 1}`,
        port: 7551,
        adminPort: 7552,
        operationsPort: 7553,
        ...(operator === undefined ? { host: machines.address(ORDERERS) } : { operator }),
      })),
    },
    chaincodes: [
      {
        name: 'probe',
        version: '1',
        endorsementPolicy: `OutOf(2,${NAMES.map((name) => `'${mspIdOf(name)}.peer'`).join(',')})`,
        addresses: Object.fromEntries(NAMES.map((name) => [mspIdOf(name), `${machines.address(name)}:7054`])),
      },
    ],
  };
}

const obstacle = NetworkNamespaces.obstacle();
if (obstacle === undefined) describeFabric('a consortium on machines of its members', suite);
else
  it(`a consortium on machines of its members: not run, ${obstacle}`, () => {
    process.stderr.write(
      `NOT RUN: a consortium across network namespaces needs Linux, root and iproute2; here ${obstacle}\n`,
    );
    expect(obstacle).toBeDefined();
  });

function suite(binaries: FabricBinaries): void {
  let folder: string;
  let machines: NetworkNamespaces;
  let supervisor: Supervisor;
  let topology: Topology;
  let operator: Operator;
  let client: GatewayClient;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'namespaces-'));
    machines = NetworkNamespaces.create([...NAMES, ORDERERS]);
    topology = topologyFrom(consortium(machines));
    const materialDirectory = path.join(folder, 'keys');
    await generateMaterial(topology, materialDirectory);
    supervisor = await Supervisor.open({ directory: path.join(folder, 'data'), report: () => {} });
    const dataDirectory = path.join(folder, 'data');
    const base = { topology, materialDirectory, dataDirectory, binaries, report: () => {} };
    const network = await FabricNetwork.prepare({
      ...base,
      supervisor: { start: (spec) => supervisor.start(machines.on(machineOf(spec.name), spec)) },
      chaincodeTls: 'none',
    });
    const chaincodes = NAMES.map((name) =>
      supervisor.start(machines.on(name, probe(name, network.packageId('probe', mspIdOf(name)) ?? ''))),
    );
    await Promise.all([network.start(), ...chaincodes]);
    await network.deploy();
    operator = new Operator(base);
    const { organizations } = connectionFile(topology, materialDirectory, { engine: 'fabric', endpoints: new Map() });
    const [alpha] = organizations;
    if (alpha === undefined) throw new Error('no organisation');
    client = await connectGateway(alpha);
  }, SUITE_TIMEOUT_MS);
  afterAll(async () => {
    client?.close();
    await supervisor?.close();
    machines?.close();
    await rm(folder, { recursive: true, force: true });
  }, SUITE_TIMEOUT_MS);

  /** The runner calls nodes `peer0.alpha` and `orderer1.orderer`. */
  function machineOf(process: string): string {
    const [node, owner = ''] = process.split('.');
    if (owner !== ORDERERS) return owner;
    return topology.orderers.nodes.find(({ name }) => name === node)?.operator ?? ORDERERS;
  }

  function probe(name: string, packageId: string): ProcessSpec {
    return {
      name: `probe.${name}`,
      command: process.execPath,
      args: [PROBE_CHAINCODE],
      env: {
        CHAINCODE_ID: packageId,
        CHAINCODE_SERVER_ADDRESS: `${machines.address(name)}:7054`,
        PROBE_ORG: mspIdOf(name),
      },
      isReady: () => acceptsConnections(machines.address(name), 7054),
      readyTimeoutMs: READY_TIMEOUT_MS,
    };
  }

  const put = (key: string) =>
    until(`${key} is committed`, async () => {
      const contract = client.gateway.getNetwork('apart').getContract('probe');
      return await contract.submitTransaction('run', JSON.stringify([['put', key, 'value']]));
    });

  /** One chain on all three peers. */
  const untilEqual = (least: number) =>
    until(
      `all peers have the same ${least} blocks`,
      async () => {
        const { heads } = await chainHeads(operator);
        const [first] = heads;
        const equal = new Set(heads.map(({ height, blockHash }) => `${height} ${blockHash}`)).size === 1;
        return equal && heads.length === NAMES.length && first !== undefined && first.height >= least
          ? first
          : undefined;
      },
      HEAL_TIMEOUT_MS,
    );

  it(
    'goes on without a member that is cut off, and the member catches up',
    async () => {
      await put('before');
      const before = await untilEqual(1);

      machines.cut('gamma');
      for (let i = 0; i < WRITES; i += 1) await put(`without-${i}`);
      await until('the others have every block', async () => {
        const { heads, silent } = await chainHeads(operator);
        expect(silent).toEqual(['peer0 of gamma']);
        return heads.every(({ height }) => height >= before.height + WRITES) ? heads : undefined;
      });

      machines.heal('gamma');
      const after = await untilEqual(before.height + WRITES);
      expect(after.blockHash).not.toBe(before.blockHash);
      const [, , gammaOrderer] = topology.orderers.nodes;
      // A consenter that missed blocks asks for them when it hears of a newer one.
      await until(
        "gamma's orderer is as far as the peers",
        async () => {
          await put(`again-${performance.now()}`);
          const state = gammaOrderer === undefined ? undefined : await ordererState(operator, gammaOrderer);
          return state !== undefined && state.height >= after.height ? state : undefined;
        },
        HEAL_TIMEOUT_MS,
      );
    },
    SUITE_TIMEOUT_MS,
  );
}
