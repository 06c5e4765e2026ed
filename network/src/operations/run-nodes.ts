import path from 'node:path';
import { joinOrderer, type OrdererAdministration, ordererAdminFlags } from '../fabric/create-channel.ts';
import { writeExternalBuilder } from '../fabric/external-builder.ts';
import { ordererProcess, ordererProcessName, peerProcess, peerProcessName } from '../fabric/node-processes.ts';
import { runTool } from '../fabric/run-tool.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { TopologyOrderer } from '../topology/topology.ts';
import { SNAPSHOT_TIMEOUT_MS } from './backup/take-snapshot.ts';
import { fetchBlock } from './governance/channel-config.ts';
import { OperationError } from './operation-error.ts';
import type { Operator, PeerOf } from './operator.ts';

/** Folder of nodes and their data below a network's data folder, as the runner of a whole network has it. */
export const networkFolder = (dataDirectory: string) => path.join(dataDirectory, 'network');

export type PeerStart = PeerOf &
  Readonly<{
    supervisor: Pick<Supervisor, 'start'>;
    /** See `peerProcess`. */
    pullRetryThreshold?: string | undefined;
    /** Folder of a snapshot to begin with, instead of the channel's first block. */
    snapshot?: string | undefined;
    /** File with the channel's first block, where no orderer can be asked for it. */
    block?: string | undefined;
  }>;

/** Runs a peer on this machine and joins it to the channel where it has not joined. It then catches up by itself. */
export async function startPeer(operator: Operator, start: PeerStart): Promise<void> {
  const { supervisor, organization, peer, pullRetryThreshold } = start;
  const directory = networkFolder(operator.dataDirectory);
  const builderDirectory = path.join(directory, 'builder');
  writeExternalBuilder(builderDirectory);
  const { material, binaries } = operator;
  const place = { directory, builderDirectory, pullRetryThreshold };
  await supervisor.start(peerProcess({ organization, peer, material, binaries, ...place }));
  await joinPeerNode(operator, start);
}

/**
 * Joins a peer that runs, wherever it runs: from a snapshot, or from the channel's first block, given or fetched from an orderer.
 * @throws OperationError MQ_FIRST_BLOCK_REFUSED where the block is another channel's
 */
export async function joinPeerNode(
  operator: Operator,
  { organization, peer, snapshot, block }: Omit<PeerStart, 'supervisor' | 'pullRetryThreshold'>,
): Promise<void> {
  const { channel, report } = operator;
  const name = peerProcessName(organization, peer);
  const command = operator.peerCommand(organization, { organization, peer });
  const isMember = async () =>
    (await command.run('channel', 'list')).split('\n').some((line) => line.trim() === channel);
  if (await isMember()) {
    report(`${name} is a member of ${channel} already`);
    return;
  }
  if (snapshot !== undefined) {
    await command.run('channel', 'joinbysnapshot', '--snapshotpath', path.resolve(snapshot));
    const hasRead = async () => {
      const status = await command.run('channel', 'joinbysnapshotstatus');
      if (!status.includes('No joinbysnapshot operation is in progress')) return undefined;
      return (await isMember()) ? true : undefined;
    };
    await operator.until(`${name} has read the snapshot`, hasRead, SNAPSHOT_TIMEOUT_MS);
    report(`${name} joined ${channel} from the snapshot ${snapshot}`);
    return;
  }
  await operator.withScratch(async (folder) => {
    const first = block ?? path.join(folder, 'first.block');
    if (block === undefined) await fetchBlock(operator, operator.administrator(organization.mspId), 'oldest', first);
    await command.run('channel', 'join', '--blockpath', first);
  });
  if (!(await isMember()))
    throw new OperationError(
      'MQ_FIRST_BLOCK_REFUSED',
      `${name} joined the channel of the block, which is not ${channel}; give the first block of ${channel}`,
    );
  report(`${name} joined ${channel} from its first block`);
}

export type OrdererJoinPlace = Readonly<{
  /** File with the channel's first block, or a later configuration; fetched from another orderer where there is none. */
  block?: string | undefined;
  /** See {@link joinOrderer}. */
  adminAddress?: string | undefined;
}>;

/** Runs an orderer on this machine and joins it to the channel where it has not joined. */
export async function startOrderer(
  operator: Operator,
  supervisor: Pick<Supervisor, 'start'>,
  node: TopologyOrderer,
  place: OrdererJoinPlace = {},
): Promise<void> {
  const { topology, material, binaries } = operator;
  await supervisor.start(
    ordererProcess({ topology, node, material, binaries, directory: networkFolder(operator.dataDirectory) }),
  );
  await joinOrdererNode(operator, node, place);
}

/**
 * Joins an orderer that runs, wherever it runs. As a consenter of the configuration it is given it fetches the blocks it has not and takes part;
 * else it follows.
 */
export async function joinOrdererNode(
  operator: Operator,
  node: TopologyOrderer,
  { block, adminAddress }: OrdererJoinPlace,
): Promise<void> {
  const { topology, binaries, channel, report } = operator;
  const name = ordererProcessName(topology, node);
  if ((await ordererState(operator, node, adminAddress)) !== undefined) {
    report(`${name} has joined ${channel} already`);
    return;
  }
  await operator.withScratch(async (folder) => {
    const config = block ?? path.join(folder, 'config.block');
    if (block === undefined) await fetchBlock(operator, operator.ordererAdministrator(node), 'config', config);
    await joinOrderer({ ...administration(operator, node, adminAddress), channel, binaries, block: config });
  });
  report(`${name} joined ${channel}`);
}

export type OrdererState = Readonly<{ height: number; status: string; consensusRelation: string }>;

/** What an orderer says of the channel; undefined where it has not joined. */
export async function ordererState(
  operator: Operator,
  node: TopologyOrderer,
  adminAddress?: string,
): Promise<OrdererState | undefined> {
  const printed = await runTool(operator.binaries.osnadmin, [
    'channel',
    'list',
    '--channelID',
    operator.channel,
    ...ordererAdminFlags(administration(operator, node, adminAddress)),
  ]);
  if (!printed.includes('Status: 200')) return undefined;
  return JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1)) as OrdererState;
}

function administration(operator: Operator, node: TopologyOrderer, adminAddress?: string): OrdererAdministration {
  const { topology, material } = operator;
  const { tls } = operator.ordererAdministrator(node);
  return { node, tls, tlsRoot: material.tlsRoot(topology.orderers.mspId), adminAddress };
}
