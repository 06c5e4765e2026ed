import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Topology, TopologyOrderer } from '../topology/topology.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import type { FabricMaterial } from './fabric-material.ts';
import type { PeerCommand } from './peer-command.ts';
import { CHANNEL_PROFILE, renderConfigtx } from './render-configtx.ts';
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
): Promise<string> {
  const block = path.join(directory, `${topology.channel.name}.block`);
  if (existsSync(block)) return block;
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'configtx.yaml'), renderConfigtx(topology, material));
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

/** Joins one orderer to the channel through the participation API, where it has not joined. */
export async function joinOrderer(
  topology: Topology,
  node: TopologyOrderer,
  material: FabricMaterial,
  binaries: FabricBinaries,
  block: string,
): Promise<void> {
  const { tls } = material.admin(topology.orderers.mspId);
  const connection = ['--orderer-address', `${node.host}:${node.adminPort}`];
  connection.push('--ca-file', material.orderer(node.name).tls.rootCertificate);
  connection.push('--client-cert', tls.certificate, '--client-key', tls.key);
  const listed = await runTool(binaries.osnadmin, ['channel', 'list', ...connection]);
  if (listed.includes(`"name": "${topology.channel.name}"`)) return;
  const { name } = topology.channel;
  const answer = await runTool(binaries.osnadmin, [
    'channel',
    'join',
    '--channelID',
    name,
    '--config-block',
    block,
    ...connection,
  ]);
  if (!answer.includes('Status: 201')) throw new Error(`orderer ${node.name} did not join: ${answer}`);
}

/** Joins one peer to the channel, where it has not joined. */
export async function joinPeer(command: PeerCommand, channel: string, block: string): Promise<void> {
  const listed = await command.run('channel', 'list');
  if (listed.split('\n').some((line) => line.trim() === channel)) return;
  await command.run('channel', 'join', '--blockpath', block);
}
