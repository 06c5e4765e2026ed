import type { ContainerUnit, UnitPort } from './container-unit.ts';
import { LABEL, metadata, metricsServiceOf } from './kubernetes-names.ts';

/** Namespaces with this label may scrape the operations ports. */
const MONITORING = { 'medquorum.example/monitoring': 'true' };
/** Namespaces with this label may hand requests of clients to the gateway. */
const PROXY = { 'medquorum.example/ingress': 'true' };
const TLS_SECRET = 'gateway-tls';
const DNS_PORT = 53;

/** What no other policy lets in stays out. */
export const denyAll = (namespace: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(namespace, 'deny-all-ingress'),
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
});

/**
 * What the world connects to gets an address of its own; the rest is found by name inside. The administration port of an orderer is in no Service:
 * a load balancer would show it to the world.
 */
export function servicesOf(namespace: string, unit: ContainerUnit): object[] {
  const service = (name: string, audience: UnitPort['audience'], spec: object) => {
    const ports = unit.ports.filter((port) => port.audience === audience);
    if (ports.length === 0) return [];
    return [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata(namespace, name, unit.name),
        spec: {
          ...spec,
          selector: { [LABEL]: unit.name },
          ports: ports.map(({ name, port }) => ({ name, port, targetPort: port })),
        },
      },
    ];
  };
  const [atWorld] = service(unit.name, 'world', { type: 'LoadBalancer' });
  return [
    ...(atWorld === undefined ? service(unit.name, 'own', { type: 'ClusterIP' }) : [atWorld]),
    ...service(proxied(unit), 'proxy', { type: 'ClusterIP' }),
    // Headless, and of pods that are not ready too: those are the ones to watch.
    ...service(metricsServiceOf(unit.name), 'monitoring', { clusterIP: 'None', publishNotReadyAddresses: true }),
  ];
}

const proxied = ({ name }: ContainerUnit) => `${name}-http`;

/** TLS of clients ends here. */
export function ingressOf(namespace: string, unit: ContainerUnit, tlsSecret = TLS_SECRET): object[] {
  const { publicHost } = unit;
  if (publicHost === undefined) return [];
  const backend = { service: { name: proxied(unit), port: { name: 'http' } } };
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadata(namespace, unit.name),
      spec: {
        tls: [{ hosts: [publicHost], secretName: tlsSecret }],
        rules: [{ host: publicHost, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
      },
    },
  ];
}

export function policyOf(namespace: string, unit: ContainerUnit, units: readonly ContainerUnit[]) {
  const users = units.filter(({ after }) => after.includes(unit.name)).map(({ name }) => name);
  const from = {
    world: undefined,
    proxy: [{ namespaceSelector: { matchLabels: PROXY } }],
    monitoring: [{ namespaceSelector: { matchLabels: MONITORING } }],
    own: users.map((user) => ({ podSelector: { matchLabels: { [LABEL]: user } } })),
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(namespace, unit.name),
    spec: {
      podSelector: { matchLabels: { [LABEL]: unit.name } },
      policyTypes: unit.reaches === undefined ? ['Ingress'] : ['Ingress', 'Egress'],
      ...egressOf(unit, units),
      // An empty `from` would let in everybody: a port that no unit uses has no rule.
      ingress: unit.ports
        .filter(({ audience }) => from[audience]?.length !== 0)
        .map(({ port, audience }) => ({
          ports: [{ protocol: 'TCP', port }],
          ...(from[audience] === undefined ? {} : { from: from[audience] }),
        })),
    },
  };
}

/** A pod's policy is that of all its containers: chaincode processes are in their peer's pod, which connects to other organisations' nodes. */
function egressOf({ after, reaches }: ContainerUnit, units: readonly ContainerUnit[]) {
  if (reaches === undefined) return {};
  const tcp = (ports: readonly number[]) => ports.map((port) => ({ protocol: 'TCP', port }));
  const uses = units.filter(({ name }) => after.includes(name));
  if (uses.length === 0 && reaches.length === 0) return { egress: [] };
  return {
    egress: [
      { ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: DNS_PORT })) },
      ...uses.map(({ name, ports }) => ({
        to: [{ podSelector: { matchLabels: { [LABEL]: name } } }],
        ports: tcp(ports.filter(({ audience }) => audience !== 'monitoring').map(({ port }) => port)),
      })),
      // Other gateways are where the topology says, by names that only DNS knows. An empty list of ports would be all.
      ...(reaches.length === 0 ? [] : [{ ports: tcp([...new Set(reaches)]) }]),
    ],
  };
}
