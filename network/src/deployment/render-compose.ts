import path from 'node:path';
import { stringify } from 'yaml';
import { type ContainerUnit, MOUNT_ROOT, type UnitFile } from './container-unit.ts';
import { FILES_DIGEST, filesDigest } from './files-digest.ts';
import type { OrganizationDeployment } from './organization-deployment.ts';

/** What a container that only waits may take. */
const WAITING = { cpus: '0.1', memory: '32M' } as const;
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
  const services = units.flatMap((unit): [string, object][] =>
    unit.companions.length === 0 ? [[unit.name, service(unit)]] : sharedNetwork(unit),
  );
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

/**
 * A container gets another network namespace when it starts again, and leaves those who share it in the old one. So the one whose network is shared
 * does nothing but wait, and each of the others may end and start as it likes.
 */
function sharedNetwork(unit: ContainerUnit): [string, object][] {
  const owner = `${unit.name}-network`;
  const { ports, ...own } = service(unit);
  // Compose starts the owner of a network before those who share it, and these again when it replaces the owner.
  const joining = (name: string, joined: object): [string, object] => [
    name,
    { ...joined, network_mode: `service:${owner}` },
  ];
  return [
    [
      owner,
      {
        image: unit.companions[0]?.image,
        command: ['sleep', 'infinity'],
        // It has nothing to tidy up, and as the first process would not hear a milder one.
        stop_signal: 'SIGKILL',
        // The others find the unit by its own name.
        networks: { default: { aliases: [unit.name] } },
        ...(ports === undefined ? {} : { ports }),
        deploy: { resources: { limits: WAITING } },
        restart: 'unless-stopped',
        security_opt: ['no-new-privileges:true'],
      },
    ],
    joining(unit.name, own),
    ...unit.companions.map((companion) => joining(companion.name, service(companion))),
  ];
}

function service(unit: ContainerUnit) {
  const mounts = (secret: boolean) =>
    unit.files.filter((file) => file.secret === secret).map((file) => ({ source: fileId(file), target: file.path }));
  const { cpu, memory } = unit.resources;
  const ports = unit.ports.flatMap(published);
  return {
    image: unit.image,
    ...(unit.command.length === 0 ? {} : { command: unit.command }),
    labels: { [FILES_DIGEST]: filesDigest(unit) },
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

/** What watches and administers the nodes, or ends TLS, does so on this machine; what is nobody else's is not published. */
function published({ port, name, audience }: ContainerUnit['ports'][number]): string[] {
  if (audience === 'world') return [`${port}:${port}`];
  return audience !== 'own' || name === 'admin' ? [`127.0.0.1:${port}:${port}`] : [];
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
