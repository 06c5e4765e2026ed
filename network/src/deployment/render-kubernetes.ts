import path from 'node:path';
import { stringify } from 'yaml';
import { type ContainerUnit, MOUNT_ROOT, type UnitFile, type UnitPort } from './container-unit.ts';
import { FILES_DIGEST, filesDigest } from './files-digest.ts';
import type { OrganizationDeployment } from './organization-deployment.ts';

const LABEL = 'app.kubernetes.io/name';
const COMPONENT = 'app.kubernetes.io/component';
const PART_OF = 'app.kubernetes.io/part-of';
/** Namespaces with this label may scrape the operations ports. */
const MONITORING = { 'medquorum.example/monitoring': 'true' };
/** Namespaces with this label may hand requests of clients to the gateway. */
const PROXY = { 'medquorum.example/ingress': 'true' };
const TLS_SECRET = 'gateway-tls';
const PROBE = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 };
const STARTUP_FAILURES = 60;
const DNS_PORT = 53;
const OWNER_READS = 0o440;

export const namespaceName = (organization: string) => `medquorum-${organization}`;
/** Name of the Service by which what watches the network finds a unit. */
export const metricsServiceOf = (unit: string) => `${unit}-metrics`;

export type KubernetesChoices = Readonly<{
  /** Secret with the certificate of the Ingress. */
  tlsSecret?: string | undefined;
  /** Storage class of the data; default: the cluster's. */
  storageClass?: string | undefined;
}>;

/**
 * One manifest a kind of thing, by file name: a namespace under the restricted pod security standard, and per unit a StatefulSet, a Service, a
 * ConfigMap with certificates and configuration, a Secret with keys, and a NetworkPolicy that lets in what the unit's ports are for.
 */
export function renderKubernetes(
  { name, units }: OrganizationDeployment,
  choices: KubernetesChoices = {},
): ReadonlyMap<string, string> {
  const namespace = namespaceName(name);
  const manifests = new Map<string, object[]>([
    ['00-namespace.yaml', [namespaceOf(namespace), denyAll(namespace)]],
    ...units.map((unit): [string, object[]] => [
      `${unit.name}.yaml`,
      [
        configMap(namespace, unit),
        statefulSet(namespace, unit, choices),
        ...servicesOf(namespace, unit),
        ...ingressOf(namespace, unit, choices),
        policyOf(namespace, unit, units),
      ],
    ]),
    ...disruptionBudgets(namespace, units),
    ['secrets.yaml', units.map((unit) => secretOf(namespace, unit))],
  ]);
  return new Map([...manifests].map(([file, objects]) => [file, objects.map(document).join('---\n')]));
}

const document = (object: object) => stringify(object, { aliasDuplicateObjects: false });

const metadata = (namespace: string, name: string, app = name) => ({
  name,
  namespace,
  labels: { [LABEL]: app, [PART_OF]: 'medquorum' },
});

const namespaceOf = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { [PART_OF]: 'medquorum', 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

/** What no other policy lets in stays out. */
const denyAll = (namespace: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadata(namespace, 'deny-all-ingress'),
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
});

const together = (unit: ContainerUnit) => [unit, ...unit.companions];
const filesOf = (unit: ContainerUnit, secret: boolean) => {
  const files = together(unit).flatMap(({ files }) => files.filter((file) => file.secret === secret));
  return [...new Map(files.map((file) => [file.path, file])).values()];
};
const keyOf = ({ path: target }: UnitFile) =>
  path.posix.relative(MOUNT_ROOT, target).replaceAll(/[^A-Za-z0-9._-]/g, '_');

const configMap = (namespace: string, unit: ContainerUnit) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(namespace, `${unit.name}-files`, unit.name),
  data: Object.fromEntries(filesOf(unit, false).map((file) => [keyOf(file), file.content])),
});

const secretOf = (namespace: string, unit: ContainerUnit) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadata(namespace, `${unit.name}-keys`, unit.name),
  type: 'Opaque',
  data: Object.fromEntries(
    filesOf(unit, true).map((file) => [keyOf(file), Buffer.from(file.content).toString('base64')]),
  ),
});

/** Of several orderers or peers one at a time may be taken away. */
function disruptionBudgets(namespace: string, units: readonly ContainerUnit[]): [string, object[]][] {
  const several = Object.entries(Object.groupBy(units, ({ role }) => role)).filter(([, all]) => all.length > 1);
  if (several.length === 0) return [];
  const budgets = several.map(([role]) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(namespace, `${role}s`),
    spec: { maxUnavailable: 1, selector: { matchLabels: { [COMPONENT]: role } } },
  }));
  return [['disruption-budgets.yaml', budgets]];
}

function statefulSet(namespace: string, unit: ContainerUnit, { storageClass }: KubernetesChoices) {
  const { data, role } = unit;
  const labels = { [LABEL]: unit.name, [COMPONENT]: role, [PART_OF]: 'medquorum' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata(namespace, unit.name),
    spec: {
      serviceName: unit.name,
      replicas: 1,
      selector: { matchLabels: { [LABEL]: unit.name } },
      template: {
        metadata: { labels, annotations: { [FILES_DIGEST]: filesDigest(...together(unit)) } },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
          // Several of a kind go as far apart as the machines of the cluster allow, which is never a reason not to start.
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { [COMPONENT]: role } },
            },
          ],
          securityContext: {
            runAsNonRoot: true,
            runAsUser: unit.uid,
            runAsGroup: unit.uid,
            fsGroup: unit.uid,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: together(unit).map(container),
          volumes: [
            ...together(unit).map((each) => ({ name: `files-${each.name}`, projected: projection(unit, each) })),
            { name: 'tmp', emptyDir: {} },
            // PostgreSQL keeps its socket there.
            { name: 'run', emptyDir: {} },
          ],
        },
      },
      ...(data === undefined
        ? {}
        : {
            volumeClaimTemplates: [
              {
                apiVersion: 'v1',
                kind: 'PersistentVolumeClaim',
                metadata: { name: 'data' },
                spec: {
                  accessModes: ['ReadWriteOnce'],
                  ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
                  resources: { requests: { storage: data.size } },
                },
              },
            ],
          }),
    },
  };
}

/** Of the pod's ConfigMap and Secret, a container sees its own files: a chaincode process has no view of its peer's keys. */
function projection(pod: ContainerUnit, unit: ContainerUnit) {
  const items = (secret: boolean) =>
    unit.files
      .filter((file) => file.secret === secret)
      .map((file) => ({ key: keyOf(file), path: path.posix.relative(MOUNT_ROOT, file.path) }));
  const sources = [
    { configMap: { name: `${pod.name}-files`, items: items(false) } },
    { secret: { name: `${pod.name}-keys`, items: items(true) } },
  ];
  return {
    defaultMode: OWNER_READS,
    sources: sources.filter((source) => (source.configMap ?? source.secret)?.items.length !== 0),
  };
}

function container(unit: ContainerUnit) {
  const { cpu, memory } = unit.resources;
  const [ready, live] = probes(unit);
  return {
    name: unit.name,
    image: unit.image,
    ...(unit.command.length === 0 ? {} : { command: unit.command }),
    env: Object.entries(unit.env).map(([name, value]) => ({ name, value })),
    ports: unit.ports.map(({ name, port }) => ({ name, containerPort: port })),
    startupProbe: { ...live, ...PROBE, failureThreshold: STARTUP_FAILURES },
    readinessProbe: { ...ready, ...PROBE },
    livenessProbe: { ...live, ...PROBE },
    resources: {
      requests: { cpu: cpu.request, memory: memory.request },
      limits: { cpu: cpu.limit, memory: memory.limit },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: `files-${unit.name}`, mountPath: MOUNT_ROOT, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'run', mountPath: '/var/run' },
      ...(unit.data === undefined ? [] : [{ name: 'data', mountPath: unit.data.path }]),
    ],
  };
}

function probes({ health }: ContainerUnit) {
  if (health.kind === 'command')
    return [{ exec: { command: health.command } }, { exec: { command: health.command } }] as const;
  const get = (route: string) => ({ httpGet: { path: route, port: health.port } });
  const ready = 'path' in health.ready ? get(health.ready.path) : { tcpSocket: { port: health.ready.port } };
  return [ready, get(health.livePath)] as const;
}

/**
 * What the world connects to gets an address of its own; the rest is found by name inside. The administration port of an orderer is in no Service:
 * a load balancer would show it to the world.
 */
function servicesOf(namespace: string, unit: ContainerUnit): object[] {
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
function ingressOf(namespace: string, unit: ContainerUnit, { tlsSecret = TLS_SECRET }: KubernetesChoices): object[] {
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

function policyOf(namespace: string, unit: ContainerUnit, units: readonly ContainerUnit[]) {
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
