import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Topology, TopologyOrganization } from '../../topology/topology.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import { checkSums, damaged, type FileSums, sha256Of, sumsOf } from './file-sums.ts';
import { readSnapshot, takeSnapshot } from './take-snapshot.ts';

const MANIFEST = 'backup.json';
const KEYS_MANIFEST = 'backup-keys.json';
const SNAPSHOT = 'snapshot';

/** `backup.json`. */
type Manifest = Readonly<{
  version: 1;
  mspId: string;
  channel: string;
  blockNumber: number;
  takenAt: string;
  topology: Topology;
  /** Of every file of the snapshot. */
  sha256: FileSums;
  /** SHA-256 of `backup-keys.json`: which keys belong to it. */
  keysSha256: string;
}>;

/** `backup-keys.json`, in the folder of keys. */
type KeysManifest = Readonly<{ version: 1; mspId: string; sha256: FileSums }>;

export type BackupPlace = Readonly<{
  /** Folder for ledger state and topology; it holds no key. */
  directory: string;
  /** Folder for the organisation's keys: keep it apart from the other, under its own lock. */
  keysDirectory: string;
}>;

/**
 * Saves what one organisation needs to come back: its peer's snapshot and the topology in one folder, its keys and the public bundles of the
 * others in another.
 * @throws OperationError MQ_RESTORE_NOT_EMPTY where either folder has something in it
 */
export async function createBackup(
  operator: Operator,
  organization: TopologyOrganization,
  { directory, keysDirectory }: BackupPlace,
): Promise<Readonly<{ blockNumber: number }>> {
  await refuseUnlessEmpty(directory);
  await refuseUnlessEmpty(keysDirectory);
  const { folder, blockNumber } = await takeSnapshot(operator, { organization, peer: organization.peers[0] });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await cp(folder, path.join(directory, SNAPSHOT), { recursive: true });
  await copyKeys(operator.materialDirectory, keysDirectory, organization.name);
  const keysManifest = path.join(keysDirectory, KEYS_MANIFEST);
  await writeJson(keysManifest, {
    version: 1,
    mspId: organization.mspId,
    sha256: await sumsOf(keysDirectory, await keyFolders(keysDirectory, organization.name)),
  } satisfies KeysManifest);
  const manifest: Manifest = {
    version: 1,
    mspId: organization.mspId,
    channel: operator.channel,
    blockNumber,
    takenAt: new Date().toISOString(),
    topology: operator.topology,
    sha256: await sumsOf(path.join(directory, SNAPSHOT)),
    keysSha256: await sha256Of(keysManifest),
  };
  // Last: without it there is no backup, whatever else is there.
  await writeJson(path.join(directory, MANIFEST), manifest);
  return { blockNumber };
}

/**
 * Puts a backup onto an empty place: keys, topology, and the snapshot that the peer begins with.
 * @returns where the snapshot and the topology file are
 * @throws OperationError MQ_BACKUP_DAMAGED naming the file, before anything is written; MQ_RESTORE_NOT_EMPTY
 */
export async function restoreBackup(
  { directory, keysDirectory }: BackupPlace,
  to: Readonly<{ dataDirectory: string; materialDirectory: string }>,
): Promise<Readonly<{ mspId: string; blockNumber: number; snapshot: string; topologyFile: string }>> {
  const manifest = await readManifest(directory);
  const { name } = manifest.topology.organizations.find(({ mspId }) => mspId === manifest.mspId) ?? { name: '' };
  await checkKeys(keysDirectory, name, manifest);
  await refuseUnlessEmpty(to.dataDirectory);
  await refuseUnlessEmpty(to.materialDirectory);
  await mkdir(to.dataDirectory, { recursive: true, mode: 0o700 });
  const snapshot = path.join(to.dataDirectory, 'restored', SNAPSHOT);
  await cp(path.join(directory, SNAPSHOT), snapshot, { recursive: true });
  const topologyFile = path.join(to.dataDirectory, 'restored', 'topology.json');
  await writeJson(topologyFile, manifest.topology);
  await copyKeys(keysDirectory, to.materialDirectory, name);
  return { mspId: manifest.mspId, blockNumber: manifest.blockNumber, snapshot, topologyFile };
}

async function readManifest(directory: string): Promise<Manifest> {
  const manifest = await readJson<Manifest>(
    path.join(directory, MANIFEST),
    'this is no backup, or one that was cut short',
  );
  const snapshot = path.join(directory, SNAPSHOT);
  await checkSums(snapshot, manifest.sha256);
  const { blockNumber } = await readSnapshot(snapshot);
  if (blockNumber !== manifest.blockNumber)
    throw new OperationError(
      'MQ_BACKUP_DAMAGED',
      `the snapshot is of block ${blockNumber}, not ${manifest.blockNumber}`,
    );
  return manifest;
}

async function checkKeys(folder: string, own: string, { keysSha256 }: Manifest): Promise<void> {
  const file = path.join(folder, KEYS_MANIFEST);
  const { sha256 } = await readJson<KeysManifest>(file, "these are no backup's keys, or not all of them");
  if ((await sha256Of(file)) !== keysSha256) throw damaged(file, 'is of another backup; give the two together');
  await checkSums(folder, sha256, await keyFolders(folder, own));
}

async function readJson<T>(file: string, otherwise: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (cause) {
    throw damaged(file, `cannot be read: ${otherwise}`, cause);
  }
}

const writeJson = (file: string, value: unknown) => writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);

async function copyKeys(from: string, to: string, own: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const part of await keyFolders(from, own))
    await cp(path.join(from, part), path.join(to, part), { recursive: true, preserveTimestamps: true });
  await chmod(to, 0o700);
}

/** The organisation's keys whole; of the others, what is public. Relative to the folder. */
async function keyFolders(folder: string, own: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const parts = names.map((name) => (name === own ? name : path.join(name, 'public')));
  return parts.filter((part) => existsSync(path.join(folder, part)));
}

async function refuseUnlessEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0)
    throw new OperationError(
      'MQ_RESTORE_NOT_EMPTY',
      `${folder} is not empty; give a folder that is empty or not there`,
    );
}
