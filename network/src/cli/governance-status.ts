import { ProposalFolder } from '../operations/governance/proposal-folder.ts';
import { proposalStanding } from '../operations/governance/propose.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions, required } from './command.ts';
import { operatorOf } from './operator-option.ts';
import { describeChanges, describeStandings } from './propose-change.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP } from './topology-option.ts';

export const governanceStatus: Command = {
  name: 'governance status',
  summary: 'Check the votes on a proposal',
  help: `usage: medquorum governance status --proposal DIR [--json] [options]

Checks every signature against the members of the channel and counts. Exit status 0: it can be applied; 1: it cannot (yet).

  --proposal DIR    folder of the proposal
  --json            print one JSON object
${NETWORK_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, { ...NETWORK_OPTIONS, proposal: { type: 'string' }, json: { type: 'boolean' } });
    const folder = await ProposalFolder.open(required(values.proposal, 'proposal'));
    const operator = await operatorOf(values, context);
    const standing = await proposalStanding(operator, folder);
    const { proposal } = folder;
    if (values.json) {
      context.stdout.write(`${JSON.stringify({ ...proposal, ...standing })}\n`);
    } else {
      context.stdout.write(`${proposal.title}\n  SHA-256 ${proposal.sha256}\n${describeChanges(standing.changes)}`);
      for (const { mspId, signedBy, signedAt, invalid } of standing.votes) {
        const verdict = invalid === undefined ? 'good' : `does not count: ${invalid}`;
        context.stdout.write(`  vote of ${mspId} (${signedBy}, ${signedAt}): ${verdict}\n`);
      }
      context.stdout.write(describeStandings(standing.standings));
      if (standing.stale) context.stdout.write('  the channel has changed since: applied, or to be proposed anew\n');
    }
    return standing.accepted ? EXIT_OK : EXIT_FAILED;
  },
};
