import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ChaincodeTls, organizationPackage } from '../../fabric/organization-package.ts';
import type { TopologyChaincode, TopologyOrganization } from '../../topology/topology.ts';
import type { Operator } from '../operator.ts';

export type PackageOf = Readonly<{
  organization: TopologyOrganization;
  chaincode: TopologyChaincode;
  chaincodeTls: ChaincodeTls;
}>;

/**
 * Installs an organisation's package of a chaincode on those of its peers that have it not. A peer compares a package with what its
 * organisation has approved by hash: one that was restored, or joined later, endorses as soon as the package is there.
 *
 * @returns the package id; undefined where the organisation runs no process of the chaincode
 */
export async function installPackage(
  operator: Operator,
  { organization, chaincode, chaincodeTls }: PackageOf,
): Promise<string | undefined> {
  const own = await organizationPackage(chaincode, organization, operator.material, chaincodeTls);
  if (own === undefined) return undefined;
  await operator.withScratch(async (folder) => {
    const file = path.join(folder, `${own.label}.tar.gz`);
    await writeFile(file, own.bytes, { mode: 0o600 });
    for (const peer of organization.peers) {
      const command = operator.peerCommand(organization, { organization, peer });
      const { installed_chaincodes: installed = [] } = await command.json<{
        installed_chaincodes?: { package_id: string }[];
      }>('lifecycle', 'chaincode', 'queryinstalled');
      if (installed.some(({ package_id }) => package_id === own.packageId)) continue;
      await command.run('lifecycle', 'chaincode', 'install', file);
      operator.report(`${organization.name}: installed ${own.packageId} on ${peer.name}`);
    }
  });
  return own.packageId;
}
