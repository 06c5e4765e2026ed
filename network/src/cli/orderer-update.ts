import { updateOrderers } from '../operations/governance/orderers-change.ts';
import { type Command, parseOptions } from './command.ts';
import { GOVERNANCE_OPTIONS, GOVERNANCE_OPTIONS_HELP, governanceDirectory, operatorOf } from './operator-option.ts';
import { proposeChange } from './propose-change.ts';

export const ordererUpdate: Command = {
  name: 'orderer update',
  summary: "Propose that the channel's orderers become those of the topology",
  help: `usage: medquorum orderer update [options]

Adds, replaces or removes orderers, or renews their certificates in the channel: edit the orderers of the topology (or run pki
renew), make the keys of a new node (pki generate), then propose. The ordering service signs. A new node joins once the proposal
is in force (node up --org orderer --name NODE). Change one node at a time: with four, one may be missing.

${GOVERNANCE_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, GOVERNANCE_OPTIONS);
    const operator = await operatorOf(values, context);
    const options = { governance: governanceDirectory(operator, values), dryRun: values['dry-run'] };
    return proposeChange(operator, updateOrderers(operator), options, context);
  },
};
