import type { Topology } from '../topology/topology.ts';

type TargetGroup = Readonly<{ targets: readonly string[]; labels: Readonly<Record<string, string>> }>;

/**
 * Target lists for Prometheus' file-based service discovery, by file name: peers, orderers and gateways of the topology, or of one organisation.
 * Chaincode processes have no port of their own for metrics: their peers measure them (`chaincode_*`).
 */
export function renderPrometheus(topology: Topology, only?: string): ReadonlyMap<string, string> {
  const own = (name: string, mspId: string) => only === undefined || only === name || only === mspId;
  const organizations = topology.organizations.filter(({ name, mspId }) => own(name, mspId));
  const { orderers } = topology;
  const nodes = orderers.nodes.filter(({ operator }) =>
    operator === undefined ? own(orderers.name, orderers.mspId) : organizations.some(({ name }) => name === operator),
  );
  const groups: Readonly<Record<string, readonly TargetGroup[]>> = {
    peers: organizations.flatMap(({ name, mspId, host, peers }) =>
      peers
        .filter(({ operationsPort }) => operationsPort !== 0)
        .map((peer) => target(peer.host ?? host, peer.operationsPort, { organization: name, mspId, node: peer.name })),
    ),
    orderers: nodes
      .filter(({ operationsPort }) => operationsPort !== 0)
      .map(({ name, host, operationsPort, operator }) =>
        target(host, operationsPort, { organization: operator ?? orderers.name, mspId: orderers.mspId, node: name }),
      ),
    gateways: organizations.flatMap(({ name, mspId, host, gatewayPort }) =>
      gatewayPort === undefined ? [] : [target(host, gatewayPort, { organization: name, mspId, node: 'gateway' })],
    ),
  };
  return new Map(
    Object.entries(groups).map(([name, list]) => [`${name}.json`, `${JSON.stringify(list, undefined, 2)}\n`]),
  );
}

const target = (host: string, port: number, labels: TargetGroup['labels']): TargetGroup => ({
  targets: [`${host}:${port}`],
  labels,
});
