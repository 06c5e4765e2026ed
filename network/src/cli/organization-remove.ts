import { committedDefinitions, policiesNaming } from '../operations/chaincode/committed-definitions.ts';
import { removeOrganization } from '../operations/governance/organization-change.ts';
import { type Command, EXIT_FAILED, parseOptions, required } from './command.ts';
import { GOVERNANCE_OPTIONS, GOVERNANCE_OPTIONS_HELP, governanceDirectory, operatorOf } from './operator-option.ts';
import { proposeChange } from './propose-change.ts';

export const organizationRemove: Command = {
  name: 'organization remove',
  summary: 'Propose that an organisation leaves a running consortium',
  help: `usage: medquorum organization remove --org MSPID [options]

Writes a proposal that ends the membership of an organisation. First move what only it may endorse or hold to others: while the
definition of a chaincode names it, in its policy or those of a collection, the command refuses (chaincode upgrade with policies
without it, or --still-named).

  --org MSPID       the organisation by MSP id, or by the name that the topology has
  --still-named     propose it although policies of chaincodes or collections still name it
${GOVERNANCE_OPTIONS_HELP}`,
  async run(argv, context) {
    const options = { ...GOVERNANCE_OPTIONS, org: { type: 'string' }, 'still-named': { type: 'boolean' } } as const;
    const values = parseOptions(argv, options);
    const name = required(values.org, 'org');
    const operator = await operatorOf(values, context);
    const mspId = operator.topology.organizations.find((organization) => organization.name === name)?.mspId ?? name;
    const naming = policiesNaming(await committedDefinitions(operator), mspId);
    if (naming.length > 0 && !values['still-named']) {
      context.stderr.write(
        `${mspId} is still named by ${naming.join(', ')}: first commit a definition without it (medquorum chaincode upgrade)\n`,
      );
      return EXIT_FAILED;
    }
    const place = { governance: governanceDirectory(operator, values), dryRun: values['dry-run'] };
    return proposeChange(operator, removeOrganization(operator, mspId), place, context);
  },
};
