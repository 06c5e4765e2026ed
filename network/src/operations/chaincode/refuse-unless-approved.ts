import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import { approvalOf } from './approve-definition.ts';
import { type PackageOf, packageIdOf } from './install-package.ts';

/**
 * Says where the package that follows from topology and keys is not the one that its organisation has approved: a peer does not use another.
 * @throws OperationError MQ_OPERATION_REFUSED naming both
 */
export async function refuseUnlessApproved(operator: Operator, of: PackageOf): Promise<void> {
  const { organization, chaincode } = of;
  const packageId = await packageIdOf(operator, of);
  if (packageId === undefined) return;
  const approved = await approvalOf(operator, of);
  if (approved === undefined) {
    operator.report(`${organization.name}: its peer cannot tell which package of ${chaincode.name} is approved`);
  } else if (approved.packageId !== packageId) {
    const from = of.given === undefined ? 'from topology and keys follows' : 'the file is';
    const found = `${organization.name} has approved ${approved.packageId ?? 'no package'}; ${from} ${packageId}`;
    const cure = `medquorum chaincode upgrade --org ${organization.name} installs and approves it, --package FILE gives another`;
    throw new OperationError('MQ_OPERATION_REFUSED', `${found}: ${cure}`);
  }
}
