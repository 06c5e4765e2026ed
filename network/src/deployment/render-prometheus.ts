import type { Topology } from '../topology/topology.ts';
import { METRICS_PORT_OFFSET } from './application-units.ts';
import { metricsServiceOf, namespaceName } from './kubernetes-names.ts';

type TargetGroup = Readonly<{ targets: readonly string[]; labels: Readonly<Record<string, string>> }>;

export const WATCHED_DEPLOYMENTS = ['processes', 'compose', 'kubernetes'] as const;
export type WatchedDeployment = (typeof WATCHED_DEPLOYMENTS)[number];

/** What is watched of an organisation's node; `deployer` is the organisation that runs it. */
type Watched = Readonly<{ deployer: string; mspId: string; node: string; host: string; port: number }>;

/**
 * Target lists for Prometheus' file-based service discovery, by file name: peers, orderers and gateways of the topology, or of one organisation.
 * Processes are found at the topology's addresses, containers of compose by whoever is on their machine, pods by the Service of their metrics.
 * Chaincode processes have no port of their own for metrics: their peers measure them (`chaincode_*`).
 */
export function renderPrometheus(
  topology: Topology,
  only?: string,
  deployment: WatchedDeployment = 'processes',
): ReadonlyMap<string, string> {
  const own = (name: string, mspId: string) => only === undefined || only === name || only === mspId;
  const organizations = topology.organizations.filter(({ name, mspId }) => own(name, mspId));
  const { orderers } = topology;
  const nodes = orderers.nodes.filter(({ operator }) =>
    operator === undefined ? own(orderers.name, orderers.mspId) : organizations.some(({ name }) => name === operator),
  );
  const metricsOffset = deployment === 'processes' ? 0 : METRICS_PORT_OFFSET;
  const groups: Readonly<Record<string, readonly Watched[]>> = {
    peers: organizations.flatMap(({ name, mspId, host, peers }) =>
      peers
        .filter(({ operationsPort }) => operationsPort !== 0)
        .map((peer) => ({
          deployer: name,
          mspId,
          node: peer.name,
          host: peer.host ?? host,
          port: peer.operationsPort,
        })),
    ),
    orderers: nodes
      .filter(({ operationsPort }) => operationsPort !== 0)
      .map(({ name, host, operationsPort, operator }) => ({
        deployer: operator ?? orderers.name,
        mspId: orderers.mspId,
        node: name,
        host,
        port: operationsPort,
      })),
    gateways: organizations.flatMap(({ name, mspId, host, gatewayHost = host, gatewayPort }) =>
      gatewayPort === undefined
        ? []
        : [{ deployer: name, mspId, node: 'gateway', host: gatewayHost, port: gatewayPort + metricsOffset }],
    ),
  };
  const group = (watched: Watched): TargetGroup => ({
    targets: [`${hostIn(deployment, watched)}:${watched.port}`],
    labels: { organization: watched.deployer, mspId: watched.mspId, node: watched.node },
  });
  return new Map(
    Object.entries(groups).map(([name, list]) => [
      `${name}.json`,
      `${JSON.stringify(list.map(group), undefined, 2)}\n`,
    ]),
  );
}

function hostIn(deployment: WatchedDeployment, { deployer, node, host }: Watched): string {
  if (deployment === 'processes') return host;
  return deployment === 'compose' ? '127.0.0.1' : `${metricsServiceOf(node)}.${namespaceName(deployer)}.svc`;
}
