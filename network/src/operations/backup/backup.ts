import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { materialLayout } from '../../pki/material-layout.ts';
import type { Topology, TopologyOrderers, TopologyOrganization } from '../../topology/topology.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator, PeerOf } from '../operator.ts';
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
  /** The snapshot's last block; where keys alone were saved there is neither. */
  blockNumber?: number;
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

/** Whose peer's state is saved with its keys; undefined for keys alone, as of the ordering service, whose orderers have the blocks of one another. */
export const snapshotTarget = (
  party: TopologyOrganization | TopologyOrderers,
  keysOnly: boolean,
): PeerOf | undefined => ('peers' in party && !keysOnly ? { organization: party, peer: party.peers[0] } : undefined);

/**
 * Saves what one organisation, or the ordering service, needs to come back: its peer's snapshot and the topology in one folder, its keys and the
 * public bundles of the others in another.
 * @returns the snapshot's last block; undefined where only keys were to be saved
 * @throws OperationError MQ_RESTORE_NOT_EMPTY where either folder has something in it, MQ_OPERATION_REFUSED where the peer's data is elsewhere
 */
export async function createBackup(
  operator: Operator,
  party: TopologyOrganization | TopologyOrderers,
  { directory, keysDirectory }: BackupPlace,
  keysOnly = false,
): Promise<number | undefined> {
  const { topology, materialDirectory } = operator;
  await refuseUnlessEmpty(directory);
  await refuseUnlessEmpty(keysDirectory);
  for (const name of operatedOrderers(topology, party.name))
    if (!existsSync(operator.material.orderer(name).msp.key))
      operator.report(`the keys of ${name} are not in ${materialDirectory}: the backup is without them`);
  const target = snapshotTarget(party, keysOnly);
  const snapshot = target === undefined ? undefined : await takeSnapshot(operator, target);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (snapshot !== undefined) await cp(snapshot.folder, path.join(directory, SNAPSHOT), { recursive: true });
  await copyKeys(materialDirectory, keysDirectory, topology, party.name);
  const keysManifest = path.join(keysDirectory, KEYS_MANIFEST);
  await writeJson(keysManifest, {
    version: 1,
    mspId: party.mspId,
    sha256: await sumsOf(keysDirectory, await keyFolders(keysDirectory, topology, party.name)),
  } satisfies KeysManifest);
  const manifest: Manifest = {
    version: 1,
    mspId: party.mspId,
    channel: operator.channel,
    ...(snapshot === undefined ? {} : { blockNumber: snapshot.blockNumber }),
    takenAt: new Date().toISOString(),
    topology,
    sha256: await sumsOf(path.join(directory, SNAPSHOT)),
    keysSha256: await sha256Of(keysManifest),
  };
  // Last: without it there is no backup, whatever else is there.
  await writeJson(path.join(directory, MANIFEST), manifest);
  return snapshot?.blockNumber;
}

/** What a backup was put back to, and how to go on with it. */
export type Restored = Readonly<{
  mspId: string;
  topologyFile: string;
  /** What the peer begins with; undefined where keys alone were saved. */
  snapshot?: Readonly<{ folder: string; blockNumber: number }> | undefined;
  /** The ordering service, and its nodes that are run by whom the backup is of. */
  orderers: Readonly<{ mspId: string; operated: readonly string[] }>;
}>;

/**
 * Puts a backup onto an empty place: keys, topology, and the snapshot that the peer begins with.
 * @throws OperationError MQ_BACKUP_DAMAGED naming the file, before anything is written; MQ_RESTORE_NOT_EMPTY
 */
export async function restoreBackup(
  { directory, keysDirectory }: BackupPlace,
  to: Readonly<{ dataDirectory: string; materialDirectory: string }>,
): Promise<Restored> {
  const manifest = await readManifest(directory);
  const { mspId, topology, blockNumber } = manifest;
  const { orderers, organizations } = topology;
  const { name } = [...organizations, orderers].find((party) => party.mspId === mspId) ?? { name: '' };
  await checkKeys(keysDirectory, name, manifest);
  await refuseUnlessEmpty(to.dataDirectory);
  await refuseUnlessEmpty(to.materialDirectory);
  await mkdir(to.dataDirectory, { recursive: true, mode: 0o700 });
  const restored = path.join(to.dataDirectory, 'restored');
  await mkdir(restored, { mode: 0o700 });
  const folder = path.join(restored, SNAPSHOT);
  if (blockNumber !== undefined) await cp(path.join(directory, SNAPSHOT), folder, { recursive: true });
  const topologyFile = path.join(restored, 'topology.json');
  await writeJson(topologyFile, topology);
  await copyKeys(keysDirectory, to.materialDirectory, topology, name);
  return {
    mspId,
    topologyFile,
    snapshot: blockNumber === undefined ? undefined : { folder, blockNumber },
    orderers: { mspId: orderers.mspId, operated: operatedOrderers(topology, name) },
  };
}

async function readManifest(directory: string): Promise<Manifest> {
  const manifest = await readJson<Manifest>(
    path.join(directory, MANIFEST),
    'this is no backup, or one that was cut short',
  );
  const snapshot = path.join(directory, SNAPSHOT);
  await checkSums(snapshot, manifest.sha256);
  if (manifest.blockNumber === undefined) return manifest;
  const { blockNumber } = await readSnapshot(snapshot);
  if (blockNumber !== manifest.blockNumber)
    throw new OperationError(
      'MQ_BACKUP_DAMAGED',
      `the snapshot is of block ${blockNumber}, not ${manifest.blockNumber}`,
    );
  return manifest;
}

async function checkKeys(folder: string, own: string, { keysSha256, topology }: Manifest): Promise<void> {
  const file = path.join(folder, KEYS_MANIFEST);
  const { sha256 } = await readJson<KeysManifest>(file, "these are no backup's keys, or not all of them");
  if ((await sha256Of(file)) !== keysSha256) throw damaged(file, 'is of another backup; give the two together');
  await checkSums(folder, sha256, await keyFolders(folder, topology, own));
}

async function readJson<T>(file: string, otherwise: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (cause) {
    throw damaged(file, `cannot be read: ${otherwise}`, cause);
  }
}

const writeJson = (file: string, value: unknown) => writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);

async function copyKeys(from: string, to: string, topology: Topology, own: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const part of await keyFolders(from, topology, own))
    await cp(path.join(from, part), path.join(to, part), { recursive: true, preserveTimestamps: true });
  await chmod(to, 0o700);
}

/** The party's keys whole; of the others, what is public, and the keys of orderers that it operates. Relative to the folder. */
async function keyFolders(folder: string, topology: Topology, own: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const parts = names.map((name) => (name === own ? name : path.join(name, 'public')));
  const { name: ordering } = topology.orderers;
  if (own !== ordering) {
    const orderers = path.relative(folder, materialLayout(folder).organization(ordering).holders('orderers'));
    parts.push(...operatedOrderers(topology, own).map((name) => path.join(orderers, name)));
  }
  return parts.filter((part) => existsSync(path.join(folder, part)));
}

/** Orderers that an organisation runs for the ordering service, or the ordering service itself. */
const operatedOrderers = ({ orderers }: Topology, name: string): readonly string[] =>
  orderers.nodes.filter(({ operator = orderers.name }) => operator === name).map((node) => node.name);

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
