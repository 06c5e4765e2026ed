import { ProposalFolder } from '../operations/governance/proposal-folder.ts';
import { proposalStanding } from '../operations/governance/propose.ts';
import { administrator, signProposal } from '../operations/governance/votes.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions, required } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';
import { describeChanges, describeStandings } from './propose-change.ts';

export const governanceSign: Command = {
  name: 'governance sign',
  summary: 'Sign a proposal as the administrator of your organisation',
  help: `usage: medquorum governance sign --proposal DIR --org NAME [options]

Shows what the proposal changes, signs it with the key of the organisation's administrator and writes the vote to
signatures/<MSP id>.json of the proposal's folder, which anybody can check.

  --proposal DIR    folder of the proposal
  --org NAME        your organisation (short name or MSP id), or the ordering service
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, { ...OPERATOR_OPTIONS, proposal: { type: 'string' }, org: { type: 'string' } });
    const [directory, name] = [required(values.proposal, 'proposal'), required(values.org, 'org')];
    const operator = await operatorOf(values, context);
    const folder = await ProposalFolder.open(directory);
    const { mspId } = operator.party(name);
    const signer = administrator(operator, mspId);
    const { changes, stale } = await proposalStanding(operator, folder);
    if (stale) {
      context.stderr.write('the channel has changed since: the proposal was applied, or must be proposed anew\n');
      return EXIT_FAILED;
    }
    context.stderr.write(`${folder.proposal.title}\n${describeChanges(changes)}`);
    if (values['dry-run']) {
      context.stderr.write(`${mspId} would sign this; nothing was written (--dry-run)\n`);
      return EXIT_OK;
    }
    context.stdout.write(`${await folder.addVote(signProposal(signer, folder))}\n`);
    context.stderr.write(describeStandings((await proposalStanding(operator, folder)).standings));
    return EXIT_OK;
  },
};
