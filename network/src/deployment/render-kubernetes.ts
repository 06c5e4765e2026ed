import path from 'node:path';
import { stringify } from 'yaml';
import { type ContainerUnit, MOUNT_ROOT, type UnitFile } from './container-unit.ts';
import { FILES_DIGEST, filesDigest } from './files-digest.ts';
import { denyAll, ingressOf, policyOf, servicesOf } from './kubernetes-access.ts';
import { COMPONENT, LABEL, metadata, namespaceName, PART_OF } from './kubernetes-names.ts';
import type { OrganizationDeployment } from './organization-deployment.ts';

const PROBE = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 };
const STARTUP_FAILURES = 60;
const OWNER_READS = 0o440;

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
        ...ingressOf(namespace, unit, choices.tlsSecret),
        policyOf(namespace, unit, units),
      ],
    ]),
    ...disruptionBudgets(namespace, units),
    ['secrets.yaml', units.map((unit) => secretOf(namespace, unit))],
  ]);
  return new Map([...manifests].map(([file, objects]) => [file, objects.map(document).join('---\n')]));
}

const document = (object: object) => stringify(object, { aliasDuplicateObjects: false });

const namespaceOf = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { [PART_OF]: 'medquorum', 'pod-security.kubernetes.io/enforce': 'restricted' } },
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
              whenUnsatisfiable: 'ScheduleAnyway',
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
