import path from 'node:path';
import { stringify } from 'yaml';
import { type ContainerUnit, MOUNT_ROOT, type UnitFile } from './container-unit.ts';
import type { OrganizationDeployment } from './organization-deployment.ts';

/** Folders beside compose.yaml: private files are readable by their owner alone. */
const FOLDERS = { public: 'public', secret: 'secrets' } as const;

/** Where a file of the deployment lies, relative to compose.yaml. */
export function composeFilePath({ path: target, secret }: UnitFile): string {
  return path.posix.join(secret ? FOLDERS.secret : FOLDERS.public, path.posix.relative(MOUNT_ROOT, target));
}

/**
 * A file of the Compose Specification. Keys and passwords are secrets by file name, certificates and configuration are configs by file name:
 * nothing of them stands in it.
 */
export function renderCompose({ units }: OrganizationDeployment): string {
  const all = units.flatMap((unit) => [unit, ...unit.companions]);
  const services = units.flatMap((unit) => [
    [unit.name, service(unit)],
    ...unit.companions.map((companion) => [
      companion.name,
      {
        ...service(companion),
        network_mode: `service:${unit.name}`,
        depends_on: { [unit.name]: { condition: 'service_started' } },
      },
    ]),
  ]);
  return stringify(
    {
      services: Object.fromEntries(services),
      configs: fileEntries(all, false),
      secrets: fileEntries(all, true),
      volumes: Object.fromEntries(all.flatMap((unit) => (unit.data === undefined ? [] : [[`${unit.name}-data`, {}]]))),
    },
    { aliasDuplicateObjects: false },
  );
}

function service(unit: ContainerUnit) {
  const mounts = (secret: boolean) =>
    unit.files.filter((file) => file.secret === secret).map((file) => ({ source: fileId(file), target: file.path }));
  const { cpu, memory } = unit.resources;
  const ports = unit.ports.flatMap(published);
  return {
    image: unit.image,
    ...(unit.command.length === 0 ? {} : { command: unit.command }),
    environment: unit.env,
    configs: mounts(false),
    secrets: mounts(true),
    ...(unit.data === undefined ? {} : { volumes: [`${unit.name}-data:${unit.data.path}`] }),
    ...(ports.length === 0 ? {} : { ports }),
    ...(unit.after.length === 0
      ? {}
      : { depends_on: Object.fromEntries(unit.after.map((name) => [name, { condition: 'service_healthy' }])) }),
    healthcheck: {
      test: ['CMD', ...unit.healthCommand],
      interval: '10s',
      timeout: '5s',
      retries: 6,
      start_period: '60s',
    },
    deploy: {
      resources: {
        limits: { cpus: cores(cpu.limit), memory: bytes(memory.limit) },
        reservations: { cpus: cores(cpu.request), memory: bytes(memory.request) },
      },
    },
    restart: 'unless-stopped',
    security_opt: ['no-new-privileges:true'],
  };
}

/** What watches and administers the nodes does so on this machine; what is nobody else's is not published. */
function published({ port, name, audience }: ContainerUnit['ports'][number]): string[] {
  if (audience === 'world') return [`${port}:${port}`];
  return audience === 'monitoring' || name === 'admin' ? [`127.0.0.1:${port}:${port}`] : [];
}

function fileEntries(units: readonly ContainerUnit[], secret: boolean) {
  const files = units.flatMap((unit) => unit.files.filter((file) => file.secret === secret));
  return Object.fromEntries(files.map((file) => [fileId(file), { file: `./${composeFilePath(file)}` }]));
}

const fileId = ({ path: target }: UnitFile) =>
  path.posix.relative(MOUNT_ROOT, target).replaceAll(/[^A-Za-z0-9._-]/g, '_');

/** Kubernetes writes `250m` for a quarter of a core, compose `0.25`. */
const cores = (cpu: string) => (cpu.endsWith('m') ? String(Number(cpu.slice(0, -1)) / 1000) : cpu);
/** `Mi` and `Gi` are `M` and `G` in compose. */
const bytes = (memory: string) => memory.replace(/i$/, '');
