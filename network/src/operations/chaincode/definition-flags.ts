import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TopologyChaincode } from '../../topology/topology.ts';

/** Flags of the `peer` program that describe a definition; the collections are written to a file in `folder`. */
export async function definitionFlags(
  channel: string,
  chaincode: TopologyChaincode,
  folder: string,
): Promise<string[]> {
  const { name, version, sequence, endorsementPolicy, collections } = chaincode;
  const flags = ['--channelID', channel, '--name', name, '--version', version, '--sequence', String(sequence)];
  flags.push('--signature-policy', endorsementPolicy);
  if (collections.length > 0) {
    const file = path.join(folder, `${name}-collections.json`);
    await writeFile(file, JSON.stringify(collections));
    flags.push('--collections-config', file);
  }
  return flags;
}
