import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { NODE_DATA, peerFolder } from '../../fabric/node-processes.ts';
import { chainHead } from '../chain-heads.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator, PeerOf } from '../operator.ts';
import { networkFolder } from '../run-nodes.ts';

const METADATA_FILE = '_snapshot_signable_metadata.json';
/** Also to read one. */
export const SNAPSHOT_TIMEOUT_MS = 600_000;

/** A snapshot of the channel on a peer of this machine. */
export type Snapshot = Readonly<{
  folder: string;
  blockNumber: number;
  blockHash: string;
  /** SHA-256 of each file by name: public state, hashes of private data, transaction ids. Equal ones at equal blocks mean equal state. */
  files: Readonly<Record<string, string>>;
}>;

/** Refuses where the peer's data is not on this machine: a peer writes its snapshot beside it. @throws OperationError MQ_OPERATION_REFUSED */
export function requirePeerData({ dataDirectory }: Operator, { organization, peer }: PeerOf): void {
  if (existsSync(peerFolder(networkFolder(dataDirectory), organization, peer))) return;
  throw new OperationError(
    'MQ_OPERATION_REFUSED',
    `${dataDirectory} has no data of ${peer.name} of ${organization.name}: run this where the peer runs, with its --data, or save the keys alone (--keys-only)`,
  );
}

/**
 * Has a peer write a snapshot as of its last block, or takes the one it has of that block.
 * @throws OperationError MQ_OPERATION_REFUSED where its data is elsewhere
 */
export async function takeSnapshot(operator: Operator, target: PeerOf): Promise<Snapshot> {
  requirePeerData(operator, target);
  const { organization, peer } = target;
  const { height } = await chainHead(operator, target);
  const blockNumber = height - 1;
  const data = path.join(peerFolder(networkFolder(operator.dataDirectory), organization, peer), NODE_DATA);
  const folder = path.join(data, 'snapshots', 'completed', operator.channel, String(blockNumber));
  if (!existsSync(folder)) {
    operator.report(`${peer.name} of ${organization.name} writes a snapshot as of block ${blockNumber}`);
    await operator
      .peerCommand(organization, target)
      .run(
        'snapshot',
        'submitrequest',
        '--channelID',
        operator.channel,
        '--blockNumber',
        String(blockNumber),
        '--peerAddress',
        `${peer.host ?? organization.host}:${peer.port}`,
        '--tlsRootCertFile',
        operator.material.tlsRoot(organization.mspId),
      );
    await operator.until(
      `${peer.name} of ${organization.name} has written the snapshot of block ${blockNumber}`,
      async () => (existsSync(folder) ? true : undefined),
      SNAPSHOT_TIMEOUT_MS,
    );
  }
  return readSnapshot(folder);
}

/** What a snapshot says of itself. */
export async function readSnapshot(folder: string): Promise<Snapshot> {
  const metadata = JSON.parse(await readFile(path.join(folder, METADATA_FILE), 'utf8')) as {
    last_block_number: number;
    last_block_hash: string;
    snapshot_files_raw_hashes: Record<string, string>;
  };
  return {
    folder,
    blockNumber: metadata.last_block_number,
    blockHash: metadata.last_block_hash,
    files: metadata.snapshot_files_raw_hashes,
  };
}
