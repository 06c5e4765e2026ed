import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChaincodePackage } from '../../fabric/chaincode-package.ts';
import { type ChaincodeTls, organizationPackage } from '../../fabric/organization-package.ts';
import type { TopologyChaincode, TopologyOrganization } from '../../topology/topology.ts';
import type { Operator } from '../operator.ts';

/** A package in a file: only its peer knows where the process listens. */
export type GivenPackage = Pick<ChaincodePackage, 'packageId' | 'bytes'>;

export type PackageOf = Readonly<{
  organization: TopologyOrganization;
  chaincode: TopologyChaincode;
  chaincodeTls: ChaincodeTls;
  /** The package to install where it is not the one that follows from the topology, such as of a process in a container. */
  given?: GivenPackage | undefined;
}>;

/** @throws FabricError `MQ_FABRIC_TOOL_FAILED` where the file is no package */
export async function readPackage(
  operator: Operator,
  organization: TopologyOrganization,
  file: string,
): Promise<GivenPackage> {
  const printed = await operator.peerCommand(organization).run('lifecycle', 'chaincode', 'calculatepackageid', file);
  return { packageId: printed.trim().split('\n').at(-1) ?? '', bytes: await readFile(file) };
}

/** Package id under which the organisation's process of this definition must run; undefined where it runs none. */
export async function packageIdOf(operator: Operator, of: PackageOf): Promise<string | undefined> {
  return (await packageOf(operator, of))?.packageId;
}

/**
 * Installs an organisation's package of a chaincode on those of its peers that have it not. A peer compares a package with what its
 * organisation has approved by hash: one that was restored, or joined later, endorses as soon as the package is there.
 *
 * @returns the package id; undefined where the organisation runs no process of the chaincode
 */
export async function installPackage(operator: Operator, of: PackageOf): Promise<string | undefined> {
  const { organization } = of;
  const own = await packageOf(operator, of);
  if (own === undefined) return undefined;
  await operator.withScratch(async (folder) => {
    const file = path.join(folder, 'package.tar.gz');
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

async function packageOf(
  { material }: Operator,
  { organization, chaincode, chaincodeTls, given }: PackageOf,
): Promise<GivenPackage | undefined> {
  return given ?? organizationPackage(chaincode, organization, material, chaincodeTls);
}
