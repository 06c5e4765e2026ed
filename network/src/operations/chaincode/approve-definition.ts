import { approvedPackage } from '../../fabric/approved-definition.ts';
import { FabricError } from '../../fabric/fabric-error.ts';
import { acceptsConnections } from '../../supervisor/probe.ts';
import type { Operator } from '../operator.ts';
import { isNotDefined } from './committed-definitions.ts';
import { definitionFlags } from './definition-flags.ts';
import { type PackageOf, packageIdOf } from './install-package.ts';

/**
 * Has the organisation approved the definition already?
 * @param anyPackage with whatever package; else with the one that it would install now
 */
export async function hasApproved(operator: Operator, of: PackageOf, anyPackage: boolean): Promise<boolean> {
  const approved = await approvalOf(operator, of);
  return approved !== undefined && (anyPackage || approved.packageId === (await packageIdOf(operator, of)));
}

/**
 * With which package the organisation has approved the definition. Undefined where it has not, or where its peer cannot tell: one that was restored
 * from a snapshot does not have its organisation's earlier approvals.
 */
export async function approvalOf(
  operator: Operator,
  { organization, chaincode }: PackageOf,
): Promise<Readonly<{ packageId: string | undefined }> | undefined> {
  try {
    return await approvedPackage(operator.peerCommand(organization), operator.channel, chaincode);
  } catch (error) {
    if (isNotDefined(error) || isNotHeld(error)) return undefined;
    throw error;
  }
}

/** Is this failure of the `peer` program the answer that the peer has of its organisation's approval no more than a hash? */
const isNotHeld = (error: unknown): boolean =>
  error instanceof FabricError && error.message.includes('private data matching public hash version is not available');

/**
 * Waits until the organisation's process of the chaincode listens, where it runs one: then nobody waits for it, nor fails, when the definition is
 * committed. Where a package is given, only its peer knows the place.
 * @throws OperationError MQ_OPERATION_TIMEOUT
 */
export async function untilProcessListens(operator: Operator, of: PackageOf, waitMs: number): Promise<void> {
  const { organization, chaincode, given } = of;
  const packageId = await packageIdOf(operator, of);
  const address = chaincode.addresses[organization.mspId];
  if (given !== undefined || packageId === undefined || address === undefined) return;
  const at = address.lastIndexOf(':');
  await operator.until(
    `the process of ${chaincode.name} of ${organization.name} listens at ${address} (CHAINCODE_ID=${packageId})`,
    async () => ((await acceptsConnections(address.slice(0, at), Number(address.slice(at + 1)))) ? true : undefined),
    waitMs,
  );
}

/** One organisation approves the definition for itself, with its package where it has one. */
export async function approveDefinition(operator: Operator, of: PackageOf): Promise<void> {
  const { organization, chaincode } = of;
  const { channel, report } = operator;
  const packageId = await packageIdOf(operator, of);
  await operator.withScratch(async (folder) => {
    const definition = await definitionFlags(channel, chaincode, folder);
    const withPackage = packageId === undefined ? [] : ['--package-id', packageId];
    const command = operator.peerCommand(organization);
    await operator.until(`${organization.name} has approved`, () =>
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
