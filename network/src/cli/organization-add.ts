import { addOrganization } from '../operations/governance/organization-change.ts';
import { type Command, parseOptions, required } from './command.ts';
import { GOVERNANCE_OPTIONS, GOVERNANCE_OPTIONS_HELP, governanceDirectory, operatorOf } from './operator-option.ts';
import { proposeChange } from './propose-change.ts';

export const organizationAdd: Command = {
  name: 'organization add',
  summary: 'Propose a new organisation to a running consortium',
  help: `usage: medquorum organization add --org NAME [options]

Writes a proposal that makes an organisation of the topology a member of the channel. Its public bundle (the folder public of
its keys) must be in the folder of keys; its private keys stay with it. A majority of the members signs the proposal
(governance sign), anyone of them applies it (governance apply), and the new organisation starts its nodes (node up).

  --org NAME        the new organisation, as the topology has it
${GOVERNANCE_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, { ...GOVERNANCE_OPTIONS, org: { type: 'string' } });
    const name = required(values.org, 'org');
    const operator = await operatorOf(values, context);
    const change = addOrganization(operator, operator.organization(name));
    const options = { governance: governanceDirectory(operator, values), dryRun: values['dry-run'] };
    return proposeChange(operator, change, options, context);
  },
};
