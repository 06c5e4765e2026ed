import { compareAnswers } from '../operations/chaincode/compare-answers.ts';
import { chaincodeOf } from './chaincode-option.ts';
import { type Command, EXIT_FAILED, EXIT_OK, parseOptions, UsageError } from './command.ts';
import { operatorOf } from './operator-option.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP } from './topology-option.ts';

export const chaincodeCompare: Command = {
  name: 'chaincode compare',
  summary: "Ask every organisation's chaincode process the same, and name who answers otherwise",
  help: `usage: medquorum chaincode compare [--chaincode NAME] --arg FUNCTION [--arg ARGUMENT]... [options]

After a write was refused because endorsements do not match: finds whose chaincode process or state differs from the majority.
The question is a query, nothing is written. Exit status 1: somebody answers otherwise, or not at all.

  --chaincode NAME  of the topology (default: its only one)
  --arg TEXT        function and arguments, in order
${NETWORK_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, {
      ...NETWORK_OPTIONS,
      chaincode: { type: 'string' },
      arg: { type: 'string', multiple: true },
    });
    if (values.arg === undefined) throw new UsageError('--arg is missing');
    const operator = await operatorOf(values, context);
    const { answers, deviating } = await compareAnswers(operator, chaincodeOf(operator, values.chaincode), values.arg);
    for (const { mspId, failure } of answers) {
      const verdict = failure ?? (deviating.includes(mspId) ? 'answers otherwise' : 'answers as the majority');
      context.stdout.write(`${mspId}: ${verdict}\n`);
    }
    return deviating.length === 0 && answers.every(({ failure }) => failure === undefined) ? EXIT_OK : EXIT_FAILED;
  },
};
