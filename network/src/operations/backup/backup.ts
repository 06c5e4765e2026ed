import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Topology, TopologyOrganization } from '../../topology/topology.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import { readSnapshot, takeSnapshot } from './take-snapshot.ts';

const MANIFEST = 'backup.json';
const SNAPSHOT = 'snapshot';

/** `backup.json`. */
type Manifest = Readonly<{
  version: 1;
  mspId: string;
  channel: string;
  blockNumber: number;
  takenAt: string;
  topology: Topology;
  /** SHA-256 of every file of the snapshot, hexadecimal. */
  sha256: Readonly<Record<string, string>>;
}>;

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
  const manifest: Manifest = {
    version: 1,
    mspId: organization.mspId,
    channel: operator.channel,
    blockNumber,
    takenAt: new Date().toISOString(),
    topology: operator.topology,
    sha256: await digests(path.join(directory, SNAPSHOT)),
  };
  await writeFile(path.join(directory, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await copyKeys(operator.materialDirectory, keysDirectory, organization.name);
  return { blockNumber };
}

/**
 * Puts a backup onto an empty place: keys, topology, and the snapshot that the peer begins with.
 * @returns where the snapshot and the topology file are
 * @throws OperationError MQ_BACKUP_DAMAGED naming the file, MQ_RESTORE_NOT_EMPTY
 */
export async function restoreBackup(
  { directory, keysDirectory }: BackupPlace,
  to: Readonly<{ dataDirectory: string; materialDirectory: string }>,
): Promise<Readonly<{ mspId: string; blockNumber: number; snapshot: string; topologyFile: string }>> {
  const manifest = await readManifest(directory);
  await refuseUnlessEmpty(to.dataDirectory);
  await refuseUnlessEmpty(to.materialDirectory);
  const { name } = manifest.topology.organizations.find(({ mspId }) => mspId === manifest.mspId) ?? { name: '' };
  await mkdir(to.dataDirectory, { recursive: true, mode: 0o700 });
  const snapshot = path.join(to.dataDirectory, 'restored', SNAPSHOT);
  await cp(path.join(directory, SNAPSHOT), snapshot, { recursive: true });
  const topologyFile = path.join(to.dataDirectory, 'restored', 'topology.json');
  await writeFile(topologyFile, `${JSON.stringify(manifest.topology, undefined, 2)}\n`);
  await copyKeys(keysDirectory, to.materialDirectory, name);
  return { mspId: manifest.mspId, blockNumber: manifest.blockNumber, snapshot, topologyFile };
}

async function readManifest(directory: string): Promise<Manifest> {
  const file = path.join(directory, MANIFEST);
  const manifest = await readFile(file, 'utf8').then(
    (text) => JSON.parse(text) as Manifest,
    (cause) => {
      throw new OperationError('MQ_BACKUP_DAMAGED', `${file} cannot be read: this is no backup`, { cause });
    },
  );
  const snapshot = path.join(directory, SNAPSHOT);
  const found = await digests(snapshot);
  const names = new Set([...Object.keys(found), ...Object.keys(manifest.sha256)]);
  for (const name of names) {
    if (found[name] === manifest.sha256[name]) continue;
    throw new OperationError(
      'MQ_BACKUP_DAMAGED',
      `${path.join(snapshot, name)} is not as it was saved; use another backup`,
    );
  }
  const { blockNumber } = await readSnapshot(snapshot);
  if (blockNumber !== manifest.blockNumber)
    throw new OperationError(
      'MQ_BACKUP_DAMAGED',
      `the snapshot is of block ${blockNumber}, not ${manifest.blockNumber}`,
    );
  return manifest;
}

/** The organisation's keys whole; of the others, what is public. */
async function copyKeys(from: string, to: string, own: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(from)) {
    const part = name === own ? name : path.join(name, 'public');
    const source = path.join(from, part);
    if (existsSync(source)) await cp(source, path.join(to, part), { recursive: true, preserveTimestamps: true });
  }
  await chmod(to, 0o700);
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

async function digests(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(folder, name)), hash);
    found[name] = hash.digest('hex');
  }
  return found;
}
