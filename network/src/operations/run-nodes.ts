import { existsSync } from 'node:fs';
import path from 'node:path';
import { writeExternalBuilder } from '../fabric/external-builder.ts';
import { ordererProcess, peerFolder, peerProcess } from '../fabric/node-processes.ts';
import { runTool } from '../fabric/run-tool.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { TopologyOrderer, TopologyOrganization, TopologyPeer } from '../topology/topology.ts';
import { fetchBlock } from './governance/channel-config.ts';
import { OperationError } from './operation-error.ts';
import type { Operator } from './operator.ts';
import { until } from './until.ts';

/** Folder of nodes and their data below a network's data folder, as the runner of a whole network has it. */
export const networkFolder = (dataDirectory: string) => path.join(dataDirectory, 'network');

export type PeerStart = Readonly<{
  supervisor: Supervisor;
  organization: TopologyOrganization;
  peer: TopologyPeer;
  /** Folder of a snapshot to begin with, instead of the channel's first block. */
  snapshot?: string | undefined;
}>;

/**
 * Runs a peer on this machine and joins it to the channel where it has not joined: from the channel's first block, which it fetches from an
 * orderer, or from a snapshot. It then catches up by itself.
 */
export async function startPeer(
  operator: Operator,
  { supervisor, organization, peer, snapshot }: PeerStart,
): Promise<void> {
  const directory = networkFolder(operator.dataDirectory);
  const builderDirectory = path.join(directory, 'builder');
  writeExternalBuilder(builderDirectory);
  const { material, binaries, channel, report } = operator;
  const spec = peerProcess({ organization, peer, material, binaries, directory, builderDirectory });
  await supervisor.start(spec);
  const command = operator.peerCommand(organization, { organization, peer });
  const isMember = async () =>
    (await command.run('channel', 'list')).split('\n').some((line) => line.trim() === channel);
  if (await isMember()) {
    report(`${spec.name} is a member of ${channel} already`);
    return;
  }
  if (snapshot !== undefined) {
    await command.run('channel', 'joinbysnapshot', '--snapshotpath', path.resolve(snapshot));
    await until(`${spec.name} has read the snapshot`, async () => {
      const status = await command.run('channel', 'joinbysnapshotstatus');
      if (!status.includes('No joinbysnapshot operation is in progress')) return undefined;
      return (await isMember()) ? true : undefined;
    });
    report(`${spec.name} joined ${channel} from the snapshot ${snapshot}`);
    return;
  }
  await operator.withScratch(async (folder) => {
    const block = path.join(folder, 'first.block');
    await fetchBlock(operator, organization, 'oldest', block);
    await command.run('channel', 'join', '--blockpath', block);
  });
  report(`${spec.name} joined ${channel} from its first block`);
}

/** Has this machine data of the peer? */
export function hasPeerData(operator: Operator, organization: TopologyOrganization, peer: TopologyPeer): boolean {
  return existsSync(peerFolder(networkFolder(operator.dataDirectory), organization, peer));
}

/**
 * Runs an orderer on this machine and joins it to the channel with the configuration in force. As a consenter of that configuration it fetches
 * the blocks it has not and takes part; else it follows.
 */
export async function startOrderer(operator: Operator, supervisor: Supervisor, node: TopologyOrderer): Promise<void> {
  const { topology, material, binaries, channel, report } = operator;
  const directory = networkFolder(operator.dataDirectory);
  const spec = ordererProcess({ topology, node, material, binaries, directory });
  await supervisor.start(spec);
  if ((await ordererState(operator, node)) !== undefined) return;
  await operator.withScratch(async (folder) => {
    const block = path.join(folder, 'config.block');
    await fetchBlock(operator, operator.anyOwnOrganization(), 'config', block);
    const printed = await runTool(binaries.osnadmin, [
      'channel',
      'join',
      '--channelID',
      channel,
      '--config-block',
      block,
      ...adminFlags(operator, node),
    ]);
    if (!printed.includes('Status: 201'))
      throw new OperationError('MQ_OPERATION_REFUSED', `${spec.name} did not join: ${printed.trim()}`);
  });
  report(`${spec.name} joined ${channel}`);
}

export type OrdererState = Readonly<{ height: number; status: string; consensusRelation: string }>;

/** What an orderer says of the channel; undefined where it has not joined. */
export async function ordererState(operator: Operator, node: TopologyOrderer): Promise<OrdererState | undefined> {
  const printed = await runTool(operator.binaries.osnadmin, [
    'channel',
    'list',
    '--channelID',
    operator.channel,
    ...adminFlags(operator, node),
  ]);
  if (!printed.includes('Status: 200')) return undefined;
  return JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1)) as OrdererState;
}

function adminFlags({ material, topology }: Operator, node: TopologyOrderer): string[] {
  const { tls } = material.admin(topology.orderers.mspId);
  return [
    '--orderer-address',
    `${node.host}:${node.adminPort}`,
    '--ca-file',
    material.tlsRoot(topology.orderers.mspId),
    '--client-cert',
    tls.certificate,
    '--client-key',
    tls.key,
  ];
}
