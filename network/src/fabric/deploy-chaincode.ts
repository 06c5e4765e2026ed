import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topology, TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import { approvedPackage } from './approved-definition.ts';
import type { ChaincodePackage } from './chaincode-package.ts';
import { FabricError } from './fabric-error.ts';
import type { FabricMaterial } from './fabric-material.ts';
import type { PeerCommand } from './peer-command.ts';

export type Member = Readonly<{ organization: TopologyOrganization; command: PeerCommand }>;
export type Deployment = Readonly<{
  topology: Topology;
  material: FabricMaterial;
  chaincode: TopologyChaincode;
  members: readonly Member[];
  /** By MSP id; an organisation without one approves the definition but does not endorse. */
  packages: ReadonlyMap<string, ChaincodePackage>;
  /** Where packages and the collections file are written. */
  directory: string;
}>;

type Committed = Readonly<{ sequence: number; version: string }>;

const ATTEMPTS = 20;
const RETRY_MS = 500;

/**
 * Installs, approves (each organisation for itself) and commits the definition of a chaincode. Run again it does what is missing: the definition
 * that stands at this sequence is left alone.
 */
export async function deployChaincode(deployment: Deployment): Promise<void> {
  const { topology, chaincode, members, packages } = deployment;
  const [first] = members;
  if (first === undefined) return;
  await Promise.all(members.map((member) => install(member, packages.get(member.organization.mspId), deployment)));
  const standing = await committedDefinition(first.command, topology.channel.name, chaincode.name);
  const definition = definitionFlags(deployment);
  // One after the other: two approvals of one organisation's peers in one block would conflict on the definition's key.
  for (const { organization, command } of members) {
    const packageId = packages.get(organization.mspId)?.packageId;
    // Nothing approved at this sequence is an error of the program.
    const approved = await approvedPackage(command, topology.channel.name, chaincode).catch(() => undefined);
    if (approved !== undefined && approved.packageId === packageId) continue;
    const withPackage = packageId === undefined ? [] : ['--package-id', packageId];
    await submit(command, 'approveformyorg', ...definition, ...withPackage, ...ordererFlags(deployment));
  }
  if (standing !== undefined && standing.sequence >= chaincode.sequence) return;
  const peers = members.flatMap(
    ({
      organization: {
        mspId,
        host,
        peers: [peer],
      },
    }) => [
      '--peerAddresses',
      `${peer.host ?? host}:${peer.port}`,
      '--tlsRootCertFiles',
      deployment.material.peer(mspId, peer.name).tls.rootCertificate,
    ],
  );
  await submit(first.command, 'commit', ...definition, ...ordererFlags(deployment), ...peers);
  await Promise.all(members.map(({ command }) => untilCommitted(command, topology.channel.name, chaincode)));
}

/** Orderers that have just joined a channel have no leader yet, and say so: the transaction is sent again until they have. */
async function submit(command: PeerCommand, step: 'approveformyorg' | 'commit', ...flags: string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await command.run('lifecycle', 'chaincode', step, ...flags);
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS || !(error instanceof FabricError) || !error.message.includes('SERVICE_UNAVAILABLE'))
        throw error;
      await delay(RETRY_MS);
    }
  }
}

async function install(
  { command, organization }: Member,
  own: ChaincodePackage | undefined,
  { directory }: Deployment,
): Promise<void> {
  if (own === undefined) return;
  const { installed_chaincodes: installed = [] } = await command.json<{
    installed_chaincodes?: { package_id: string }[];
  }>('lifecycle', 'chaincode', 'queryinstalled');
  if (installed.some(({ package_id }) => package_id === own.packageId)) return;
  const file = path.join(directory, `${own.label}-${organization.name}.tar.gz`);
  writeFileSync(file, own.bytes, { mode: 0o600 });
  await command.run('lifecycle', 'chaincode', 'install', file);
}

async function committedDefinition(
  command: PeerCommand,
  channel: string,
  name: string,
): Promise<Committed | undefined> {
  try {
    return await command.json<Committed>(
      'lifecycle',
      'chaincode',
      'querycommitted',
      '--channelID',
      channel,
      '--name',
      name,
    );
  } catch {
    return undefined; // as above
  }
}

async function untilCommitted(
  command: PeerCommand,
  channel: string,
  { name, sequence }: TopologyChaincode,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const committed = await committedDefinition(command, channel, name);
    if (committed !== undefined && committed.sequence >= sequence) return;
    await delay(RETRY_MS);
  }
}

function definitionFlags({ topology, chaincode, directory }: Deployment): string[] {
  const flags = ['--channelID', topology.channel.name, '--name', chaincode.name, '--version', chaincode.version];
  flags.push('--sequence', String(chaincode.sequence), '--signature-policy', chaincode.endorsementPolicy);
  if (chaincode.collections.length > 0) {
    const file = path.join(directory, `${chaincode.name}-collections.json`);
    writeFileSync(file, JSON.stringify(chaincode.collections));
    flags.push('--collections-config', file);
  }
  return flags;
}

function ordererFlags({ topology, material }: Deployment): string[] {
  const [orderer] = topology.orderers.nodes;
  return [
    '--orderer',
    `${orderer.host}:${orderer.port}`,
    '--tls',
    '--cafile',
    material.orderer(orderer.name).tls.rootCertificate,
  ];
}
