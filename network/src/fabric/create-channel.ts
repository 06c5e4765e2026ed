import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Topology, TopologyOrderer } from '../topology/topology.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import { FabricError } from './fabric-error.ts';
import type { FabricMaterial } from './fabric-material.ts';
import type { PeerCommand } from './peer-command.ts';
import { CHANNEL_PROFILE, type ConsenterCertificates, renderConfigtx } from './render-configtx.ts';
import { runTool } from './run-tool.ts';

/**
 * Makes the channel's first block where there is none yet. It is made once: a second one would be another channel of the same name.
 * @returns the file
 */
export async function makeGenesisBlock(
  topology: Topology,
  material: FabricMaterial,
  binaries: FabricBinaries,
  directory: string,
  certificatesOf?: ConsenterCertificates,
): Promise<string> {
  const block = path.join(directory, `${topology.channel.name}.block`);
  if (existsSync(block)) return block;
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'configtx.yaml'), renderConfigtx(topology, material, certificatesOf));
  await runTool(binaries.configtxgen, [
    '-configPath',
    directory,
    '-profile',
    CHANNEL_PROFILE,
    '-channelID',
    topology.channel.name,
    '-outputBlock',
    block,
  ]);
  return block;
}

export type OrdererAdministration = Readonly<{
  topology: Topology;
  node: TopologyOrderer;
  material: FabricMaterial;
  /** `host:port` of the node's administration, where it is not reached at the topology's address (a tunnel, a published port). */
  adminAddress?: string | undefined;
}>;

/** How `osnadmin` reaches an orderer as the ordering organisation's administrator. */
export function ordererAdminFlags({ topology, node, material, adminAddress }: OrdererAdministration): string[] {
  const { mspId } = topology.orderers;
  const { tls } = material.admin(mspId);
  return [
    '--orderer-address',
    adminAddress ?? `${node.host}:${node.adminPort}`,
    '--ca-file',
    material.tlsRoot(mspId),
    '--client-cert',
    tls.certificate,
    '--client-key',
    tls.key,
  ];
}

/**
 * Joins one orderer to the channel through the participation API, where it has not joined.
 * @param join `block`: file with the channel's first block, or one with a later configuration
 * @throws FabricError `MQ_FABRIC_TOOL_FAILED`
 */
export async function joinOrderer(
  join: OrdererAdministration & Readonly<{ binaries: FabricBinaries; block: string }>,
): Promise<void> {
  const { topology, node, binaries, block } = join;
  const { name } = topology.channel;
  const connection = ordererAdminFlags(join);
  const listed = await runTool(binaries.osnadmin, ['channel', 'list', ...connection]);
  if (listed.includes(`"name": "${name}"`)) return;
  const command = ['channel', 'join', '--channelID', name, '--config-block', block];
  const answer = await runTool(binaries.osnadmin, [...command, ...connection]);
  if (!answer.includes('Status: 201'))
    throw new FabricError('MQ_FABRIC_TOOL_FAILED', `orderer ${node.name} did not join: ${answer.trim()}`);
}

/** Joins one peer to the channel, where it has not joined. */
export async function joinPeer(command: PeerCommand, channel: string, block: string): Promise<void> {
  const listed = await command.run('channel', 'list');
  if (listed.split('\n').some((line) => line.trim() === channel)) return;
  await command.run('channel', 'join', '--blockpath', block);
}
