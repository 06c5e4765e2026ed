import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ChaincodePackage } from '../../fabric/chaincode-package.ts';
import { type ChaincodeTls, organizationPackage } from '../../fabric/organization-package.ts';
import { acceptsConnections } from '../../supervisor/probe.ts';
import type { TopologyChaincode, TopologyOrganization } from '../../topology/topology.ts';
import type { Operator } from '../operator.ts';
import { until } from '../until.ts';
import { definitionFlags } from './definition-flags.ts';

export type Approval = Readonly<{
  organization: TopologyOrganization;
  chaincode: TopologyChaincode;
  chaincodeTls: ChaincodeTls;
  /** The package to install where it is not the one that follows from the topology, such as of a process in a container. */
  given?: GivenPackage | undefined;
  /** How long to wait for the organisation's process of the chaincode. */
  processWaitMs: number;
}>;

/** A package in a file: only its peer knows where the process listens. */
export type GivenPackage = Pick<ChaincodePackage, 'packageId' | 'bytes'>;

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
export async function packageIdOf(
  operator: Operator,
  { organization, chaincode, chaincodeTls }: Pick<Approval, 'organization' | 'chaincode' | 'chaincodeTls'>,
): Promise<string | undefined> {
  return (await organizationPackage(chaincode, organization, operator.material, chaincodeTls))?.packageId;
}

/**
 * One organisation installs its package and approves the definition for itself. Its process of the chaincode must listen before: then nobody
 * waits for it, nor fails, when the definition is committed.
 * @throws OperationError MQ_OPERATION_TIMEOUT where no process listens
 */
export async function approveDefinition(operator: Operator, approval: Approval): Promise<void> {
  const { organization, chaincode, chaincodeTls, given, processWaitMs } = approval;
  const { channel, material, report } = operator;
  const own = given ?? (await organizationPackage(chaincode, organization, material, chaincodeTls));
  const address = chaincode.addresses[organization.mspId];
  await operator.withScratch(async (folder) => {
    if (own !== undefined) {
      if (given === undefined && address !== undefined) {
        const at = address.lastIndexOf(':');
        await until(
          `the process of ${chaincode.name} of ${organization.name} listens at ${address} (CHAINCODE_ID=${own.packageId})`,
          async () =>
            (await acceptsConnections(address.slice(0, at), Number(address.slice(at + 1)))) ? true : undefined,
          processWaitMs,
        );
      }
      const file = path.join(folder, 'package.tar.gz');
      await writeFile(file, own.bytes, { mode: 0o600 });
      for (const peer of organization.peers) {
        const command = operator.peerCommand(organization, { organization, peer });
        const { installed_chaincodes: installed = [] } = await command.json<{
          installed_chaincodes?: { package_id: string }[];
        }>('lifecycle', 'chaincode', 'queryinstalled');
        if (installed.some(({ package_id }) => package_id === own.packageId)) continue;
        await command.run('lifecycle', 'chaincode', 'install', file);
        report(`${organization.name}: installed ${own.packageId} on ${peer.name}`);
      }
    }
    const definition = await definitionFlags(channel, chaincode, folder);
    const withPackage = own === undefined ? [] : ['--package-id', own.packageId];
    const command = operator.peerCommand(organization);
    await until(`${organization.name} has approved`, () =>
      operator.withOrderer(async (orderer) => {
        try {
          await command.run('lifecycle', 'chaincode', 'approveformyorg', ...definition, ...withPackage, ...orderer);
        } catch (error) {
          if (!(error instanceof Error && error.message.includes('unchanged content'))) throw error;
        }
        return true;
      }),
    );
  });
  report(`${organization.name}: approved ${chaincode.name} ${chaincode.version}, sequence ${chaincode.sequence}`);
}
