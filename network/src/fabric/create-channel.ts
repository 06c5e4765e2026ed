import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TlsLayout } from '../pki/material-layout.ts';
import type { Topology, TopologyOrderer } from '../topology/topology.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import { FabricError } from './fabric-error.ts';
import type { FabricMaterial } from './fabric-material.ts';
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
  // What is there is taken as complete, and configtxgen writes in place: on a full disk it leaves a part.
  const partial = `${block}.new`;
  await runTool(binaries.configtxgen, [
    '-configPath',
    directory,
    '-profile',
    CHANNEL_PROFILE,
    '-channelID',
    topology.channel.name,
    '-outputBlock',
    partial,
  ]);
  renameSync(partial, block);
  return block;
}

export type OrdererAdministration = Readonly<{
  node: TopologyOrderer;
  /** Of whoever administers it: certified by the ordering organisation, whose TLS root is all that the administration trusts. */
  tls: TlsLayout;
  /** The TLS root of the ordering organisation. */
  tlsRoot: string;
  /** `host:port` of the node's administration, where it is not reached at the topology's address (a tunnel, a published port). */
  adminAddress?: string | undefined;
}>;

/** How `osnadmin` reaches an orderer. */
export function ordererAdminFlags({ node, tls, tlsRoot, adminAddress }: OrdererAdministration): string[] {
  return [
    '--orderer-address',
    adminAddress ?? `${node.host}:${node.adminPort}`,
    '--ca-file',
    tlsRoot,
    '--client-cert',
    tls.certificate,
    '--client-key',
    tls.key,
  ];
}

/**
 * Joins one orderer that has not joined the channel, through the participation API.
 * @param join `block`: file with the channel's first block, or one with a later configuration
 * @throws FabricError `MQ_FABRIC_TOOL_FAILED`
 */
export async function joinOrderer(
  join: OrdererAdministration & Readonly<{ channel: string; binaries: FabricBinaries; block: string }>,
): Promise<void> {
  const { channel, node, binaries, block } = join;
  const command = ['channel', 'join', '--channelID', channel, '--config-block', block];
  const answer = await runTool(binaries.osnadmin, [...command, ...ordererAdminFlags(join)]);
  if (!answer.includes('Status: 201'))
    throw new FabricError('MQ_FABRIC_TOOL_FAILED', `orderer ${node.name} did not join: ${answer.trim()}`);
}
