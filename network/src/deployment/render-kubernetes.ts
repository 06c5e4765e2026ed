import path from 'node:path';
import { stringify } from 'yaml';
import { type ContainerUnit, MOUNT_ROOT, type UnitFile } from './container-unit.ts';
import type { OrganizationDeployment } from './organization-deployment.ts';

const LABEL = 'app.kubernetes.io/name';
const PART_OF = 'app.kubernetes.io/part-of';
/** Namespaces with this label may scrape the operations ports. */
const MONITORING = { 'medquorum.example/monitoring': 'true' };
const PROBE = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 };
const STARTUP_FAILURES = 60;
const OWNER_READS = 0o440;

/**
 * One manifest a kind of thing, by file name: a namespace under the restricted pod security standard, and per unit a StatefulSet, a Service, a
 * ConfigMap with certificates and configuration, a Secret with keys, and a NetworkPolicy that lets in what the unit's ports are for.
 */
export function renderKubernetes({ name, units }: OrganizationDeployment): ReadonlyMap<string, string> {
  const namespace = `medquorum-${name}`;
  const manifests = new Map<string, object[]>([
    ['00-namespace.yaml', [namespaceOf(namespace), denyAll(namespace)]],
    ...units.map((unit): [string, object[]] => [
      `${unit.name}.yaml`,
      [
        configMap(namespace, unit),
        statefulSet(namespace, unit),
        serviceOf(namespace, unit),
        policyOf(namespace, unit, units),
      ],
    ]),
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

function statefulSet(namespace: string, unit: ContainerUnit) {
  const { data } = unit;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadata(namespace, unit.name),
    spec: {
      serviceName: unit.name,
      replicas: 1,
      selector: { matchLabels: { [LABEL]: unit.name } },
      template: {
        metadata: { labels: { [LABEL]: unit.name, [PART_OF]: 'medquorum' } },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 30,
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
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: data.size } } },
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
  return [get(health.readyPath), get(health.livePath)] as const;
}

/** What the world connects to gets an address of its own; the rest is found by name inside. */
const serviceOf = (namespace: string, unit: ContainerUnit) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(namespace, unit.name),
  spec: {
    type: unit.ports.some(({ audience }) => audience === 'world') ? 'LoadBalancer' : 'ClusterIP',
    selector: { [LABEL]: unit.name },
    ports: unit.ports
      .filter(({ audience }) => audience !== 'monitoring')
      // A load balancer would show the administration port to the world.
      .filter(({ name }) => name !== 'admin')
      .map(({ name, port }) => ({ name, port, targetPort: port })),
  },
});

function policyOf(namespace: string, unit: ContainerUnit, units: readonly ContainerUnit[]) {
  const users = units.filter(({ after }) => after.includes(unit.name)).map(({ name }) => name);
  const from = {
    world: undefined,
    monitoring: [{ namespaceSelector: { matchLabels: MONITORING } }],
    own: users.map((user) => ({ podSelector: { matchLabels: { [LABEL]: user } } })),
  };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadata(namespace, unit.name),
    spec: {
      podSelector: { matchLabels: { [LABEL]: unit.name } },
      policyTypes: ['Ingress'],
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
