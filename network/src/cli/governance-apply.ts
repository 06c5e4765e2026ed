import { applyProposal } from '../operations/governance/apply-proposal.ts';
import { ProposalFolder } from '../operations/governance/proposal-folder.ts';
import { proposalStanding } from '../operations/governance/propose.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions, required } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';
import { describeStandings } from './propose-change.ts';

export const governanceApply: Command = {
  name: 'governance apply',
  summary: 'Put a proposal that has enough signatures in force',
  help: `usage: medquorum governance apply --proposal DIR [options]

Sends the update with the signatures that count to the orderers and waits until it is in force.

  --proposal DIR    folder of the proposal
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, { ...OPERATOR_OPTIONS, proposal: { type: 'string' } });
    const folder = await ProposalFolder.open(required(values.proposal, 'proposal'));
    const operator = await operatorOf(values, context);
    if (values['dry-run']) {
      const { accepted, standings, stale } = await proposalStanding(operator, folder);
      const verdict = stale
        ? 'the channel has changed since'
        : accepted
          ? 'it would be applied'
          : 'signatures are missing';
      context.stderr.write(`${describeStandings(standings)}${verdict}; nothing was sent (--dry-run)\n`);
      return accepted ? EXIT_OK : EXIT_FAILED;
    }
    const sequence = await applyProposal(operator, folder);
    context.stdout.write(`${folder.proposal.title}: in force as configuration ${sequence}\n`);
    return EXIT_OK;
  },
};
