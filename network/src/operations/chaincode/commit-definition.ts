import type { TopologyChaincode } from '../../topology/topology.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import { committedDefinition } from './committed-definitions.ts';
import { definitionFlags } from './definition-flags.ts';

/** For a peer that has not the last block yet. */
const APPROVALS_WAIT_MS = 10_000;

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
 * @param approved by MSP id who certainly has, so that the peer that is asked will say so once it has their blocks
 * @throws OperationError MQ_OPERATION_REFUSED naming who has not approved
 */
export async function commitDefinition(
  operator: Operator,
  chaincode: TopologyChaincode,
  approved: readonly string[],
): Promise<void> {
  const { topology, material, channel, report } = operator;
  const arrived = async () => {
    const found = await approvalsOf(operator, chaincode);
    return approved.every((mspId) => found[mspId] !== false) ? found : undefined;
  };
  // Where they do not, such as those of another definition, what is there decides.
  const approvals = await operator
    .until('approvals have arrived', arrived, APPROVALS_WAIT_MS)
    .catch(() => approvalsOf(operator, chaincode));
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
