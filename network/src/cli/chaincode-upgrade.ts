import { chaincodeVariables } from '../fabric/chaincode-variables.ts';
import type { ChaincodeTls } from '../fabric/organization-package.ts';
import { approveDefinition, hasApproved, untilProcessListens } from '../operations/chaincode/approve-definition.ts';
import { commitDefinition } from '../operations/chaincode/commit-definition.ts';
import { committedDefinition } from '../operations/chaincode/committed-definitions.ts';
import { installPackage, packageIdOf } from '../operations/chaincode/install-package.ts';
import type { TopologyOrganization } from '../topology/topology.ts';
import {
  actingOrganizations,
  chaincodeOf,
  givenPackage,
  UPGRADE_OPTIONS,
  UPGRADE_OPTIONS_HELP,
  waitMsOf,
} from './chaincode-option.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';

export const chaincodeUpgrade: Command = {
  name: 'chaincode upgrade',
  summary: 'Bring a chaincode to the definition that the topology has',
  help: `usage: medquorum chaincode upgrade [--chaincode NAME] [--org NAME]... [--approve-only] [options]

Edit the topology first: a higher sequence, and what changes with it (version and addresses for new code, the endorsement
policy, collections and their policies). Every organisation starts its process of the new version beside the old one, installs,
and approves for itself; when a majority has, the definition is committed. Those that come later, and those
named by --org whose package is another one now, install and approve what is committed. Clients go on meanwhile.

${UPGRADE_OPTIONS_HELP}  --approve-only    do not commit
  --package FILE    install this package for the one --org (see network render: its processes are reached by their peers alone)
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, {
      ...OPERATOR_OPTIONS,
      ...UPGRADE_OPTIONS,
      'approve-only': { type: 'boolean' },
      package: { type: 'string' },
    });
    const processWaitMs = waitMsOf(values.wait);
    const operator = await operatorOf(values, context);
    const chaincode = chaincodeOf(operator, values.chaincode);
    const organizations = actingOrganizations(operator, values.org);
    const given = await givenPackage(operator, organizations, values.package);
    const chaincodeTls: ChaincodeTls = values['no-chaincode-tls'] ? 'none' : 'mutual';
    const standing = await committedDefinition(operator, chaincode.name);
    const { sequence, version, endorsementPolicy } = chaincode;
    const now = standing === undefined ? 'nothing' : `${standing.version}, sequence ${standing.sequence}`;
    operator.report(`${chaincode.name}: committed is ${now}; the topology has ${version}, sequence ${sequence}`);
    const isCommitted = standing?.sequence === sequence && standing.version === version;
    // What was committed with another package than would be made here goes on as it is, unless its organisation is named.
    const anyPackage = values.org === undefined;
    const open: TopologyOrganization[] = [];
    for (const organization of organizations) {
      const isDone =
        isCommitted && (await hasApproved(operator, { organization, chaincode, chaincodeTls, given }, anyPackage));
      if (!isDone) open.push(organization);
    }
    if (standing !== undefined && sequence <= standing.sequence && (!isCommitted || open.length === 0)) {
      operator.report(`the topology's sequence must be ${standing.sequence + 1} for a change`);
      return isCommitted ? EXIT_OK : EXIT_FAILED;
    }
    for (const organization of open) {
      const packageId = await packageIdOf(operator, { organization, chaincode, chaincodeTls, given });
      const address = chaincode.addresses[organization.mspId];
      const { mspId, name } = organization;
      if (packageId === undefined) operator.report(`${name} approves, and runs no process`);
      // Where a package is given, only its peer knows the place.
      else if (given !== undefined || address === undefined) operator.report(`${name}: CHAINCODE_ID=${packageId}`);
      else {
        const tls = chaincodeTls === 'mutual' ? operator.material.chaincode(mspId, chaincode.name) : undefined;
        operator.report(`${name}: ${chaincodeVariables({ address, packageId, tls })}`);
      }
    }
    if (values['dry-run']) {
      const after = isCommitted ? '' : `, then commit under ${endorsementPolicy}`;
      operator.report(`would approve${after}; nothing was done (--dry-run)`);
      return EXIT_OK;
    }
    // One after the other: two approvals in one block would conflict on the definition's key.
    for (const organization of open) {
      const of = { organization, chaincode, chaincodeTls, given };
      await untilProcessListens(operator, of, processWaitMs);
      await installPackage(operator, of);
      await approveDefinition(operator, of);
    }
    const approved = organizations.map(({ mspId }) => mspId);
    if (!values['approve-only'] && !isCommitted) await commitDefinition(operator, chaincode, approved);
    context.stdout.write(`${chaincode.name} ${version} sequence ${sequence}\n`);
    return EXIT_OK;
  },
};
