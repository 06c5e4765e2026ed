import type { TopologyChaincode } from '../topology/topology.ts';
import type { PeerCommand } from './peer-command.ts';

type Approved = Readonly<{
  version?: string;
  source?: Readonly<{ Type?: Readonly<{ LocalPackage?: Readonly<{ package_id?: string }> }> }>;
}>;

/**
 * With which package the command's organisation has approved this version and sequence; none where it runs no process.
 * @returns undefined where another version is approved
 * @throws FabricError `MQ_FABRIC_TOOL_FAILED`, also where nothing is approved
 */
export async function approvedPackage(
  command: PeerCommand,
  channel: string,
  { name, version, sequence }: TopologyChaincode,
): Promise<Readonly<{ packageId: string | undefined }> | undefined> {
  const flags = ['--channelID', channel, '--name', name, '--sequence', String(sequence)];
  const approved = await command.json<Approved>('lifecycle', 'chaincode', 'queryapproved', ...flags);
  return approved.version === version ? { packageId: approved.source?.Type?.LocalPackage?.package_id } : undefined;
}
