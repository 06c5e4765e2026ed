import { updateOrganization } from '../operations/governance/organization-change.ts';
import { type Command, parseOptions, required } from './command.ts';
import { GOVERNANCE_OPTIONS, GOVERNANCE_OPTIONS_HELP, governanceDirectory, operatorOf } from './operator-option.ts';
import { proposeChange } from './propose-change.ts';

export const organizationUpdate: Command = {
  name: 'organization update',
  summary: 'Propose the revocation list and authorities of an organisation as they stand in its keys',
  help: `usage: medquorum organization update --org NAME [options]

Writes a proposal by which every node takes the organisation's public bundle: after pki revoke, its revocation list. The
organisation decides on this alone.

  --org NAME        organisation (short name or MSP id), or the ordering service
${GOVERNANCE_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, { ...GOVERNANCE_OPTIONS, org: { type: 'string' } });
    const name = required(values.org, 'org');
    const operator = await operatorOf(values, context);
    const options = { governance: governanceDirectory(operator, values), dryRun: values['dry-run'] };
    return proposeChange(operator, updateOrganization(operator, operator.party(name)), options, context);
  },
};
