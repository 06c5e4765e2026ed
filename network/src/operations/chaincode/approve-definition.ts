import { organizationPackage } from '../../fabric/organization-package.ts';
import { acceptsConnections } from '../../supervisor/probe.ts';
import type { Operator } from '../operator.ts';
import { until } from '../until.ts';
import { definitionFlags } from './definition-flags.ts';
import { installPackage, type PackageOf } from './install-package.ts';

export type Approval = PackageOf &
  Readonly<{
    /** How long to wait for the organisation's process of the chaincode. */
    processWaitMs: number;
  }>;

/** Package id under which the organisation's process of this definition must run; undefined where it runs none. */
export async function packageIdOf(
  operator: Operator,
  { organization, chaincode, chaincodeTls }: PackageOf,
): Promise<string | undefined> {
  return (await organizationPackage(chaincode, organization, operator.material, chaincodeTls))?.packageId;
}

/**
 * One organisation installs its package and approves the definition for itself. Its process of the chaincode must listen before: then nobody
 * waits for it, nor fails, when the definition is committed.
 * @throws OperationError MQ_OPERATION_TIMEOUT where no process listens
 */
export async function approveDefinition(operator: Operator, approval: Approval): Promise<void> {
  const { organization, chaincode, chaincodeTls, processWaitMs } = approval;
  const { channel, material, report } = operator;
  const own = await organizationPackage(chaincode, organization, material, chaincodeTls);
  const address = chaincode.addresses[organization.mspId];
  await operator.withScratch(async (folder) => {
    if (own !== undefined && address !== undefined) {
      const [host, port] = [address.slice(0, address.lastIndexOf(':')), address.slice(address.lastIndexOf(':') + 1)];
      await until(
        `the process of ${chaincode.name} of ${organization.name} listens at ${address} (CHAINCODE_ID=${own.packageId})`,
        async () => ((await acceptsConnections(host, Number(port))) ? true : undefined),
        processWaitMs,
      );
      await installPackage(operator, { organization, chaincode, chaincodeTls });
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
