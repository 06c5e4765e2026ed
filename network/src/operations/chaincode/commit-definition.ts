import type { TopologyChaincode } from '../../topology/topology.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import { committedDefinition } from './committed-definitions.ts';
import { definitionFlags } from './definition-flags.ts';

/** Who has approved exactly this definition, by MSP id of every member of the channel. */
export async function approvalsOf(
  operator: Operator,
  chaincode: TopologyChaincode,
): Promise<Readonly<Record<string, boolean>>> {
  return operator.withScratch(async (folder) => {
    const flags = await definitionFlags(operator.channel, chaincode, folder);
    const command = operator.peerCommand(operator.anyOwnOrganization());
    const { approvals } = await command.json<{ approvals: Record<string, boolean> }>(
      'lifecycle',
      'chaincode',
      'checkcommitreadiness',
      ...flags,
    );
    return approvals;
  });
}

/**
 * Commits a definition that enough organisations have approved; endorsed by the peers of those that have.
 * @throws OperationError MQ_OPERATION_REFUSED naming who has not approved
 */
export async function commitDefinition(operator: Operator, chaincode: TopologyChaincode): Promise<void> {
  const { topology, material, channel, report } = operator;
  const approvals = await approvalsOf(operator, chaincode);
  const members = Object.keys(approvals);
  const agreed = members.filter((mspId) => approvals[mspId]);
  if (agreed.length * 2 <= members.length) {
    const open = members.filter((mspId) => !approvals[mspId]).join(', ');
    throw new OperationError(
      'MQ_OPERATION_REFUSED',
      `${chaincode.name}, sequence ${chaincode.sequence}: ${agreed.length} of ${members.length} have approved, a majority must (not yet ${open})`,
    );
  }
  const peers = topology.organizations
    .filter(({ mspId }) => approvals[mspId])
    .flatMap(({ mspId, host, peers: [first] }) => [
      '--peerAddresses',
      `${first.host ?? host}:${first.port}`,
      '--tlsRootCertFiles',
      material.tlsRoot(mspId),
    ]);
  const command = operator.peerCommand(operator.anyOwnOrganization());
  await operator.withScratch(async (folder) => {
    const definition = await definitionFlags(channel, chaincode, folder);
    await operator.until('the definition is taken', () =>
      operator.withOrderer(async (orderer) => {
        await command.run('lifecycle', 'chaincode', 'commit', ...definition, ...orderer, ...peers);
        return true;
      }),
    );
  });
  await operator.until('the definition is committed', async () => {
    const committed = await committedDefinition(operator, chaincode.name);
    return committed !== undefined && committed.sequence >= chaincode.sequence ? true : undefined;
  });
  report(`${chaincode.name} ${chaincode.version} is committed as sequence ${chaincode.sequence}`);
}
