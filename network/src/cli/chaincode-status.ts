import { approvalsOf } from '../operations/chaincode/commit-definition.ts';
import { committedDefinitions } from '../operations/chaincode/committed-definitions.ts';
import { type Command, EXIT_OK, parseOptions } from './command.ts';
import { operatorOf } from './operator-option.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP } from './topology-option.ts';

export const chaincodeStatus: Command = {
  name: 'chaincode status',
  summary: 'What is committed on the channel, and who has approved what the topology has',
  help: `usage: medquorum chaincode status [--json] [options]

  --json            print one JSON object
${NETWORK_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, { ...NETWORK_OPTIONS, json: { type: 'boolean' } });
    const operator = await operatorOf(values, context);
    const committed = await committedDefinitions(operator);
    const pending = operator.topology.chaincodes.filter(
      ({ name, sequence }) =>
        !committed.some((definition) => definition.name === name && definition.sequence >= sequence),
    );
    const proposed = await Promise.all(
      pending.map(async (chaincode) => {
        const { name, version, sequence } = chaincode;
        // A definition that skips a sequence cannot be asked about.
        const next = (committed.find((definition) => definition.name === name)?.sequence ?? 0) + 1;
        return { name, version, sequence, approvals: sequence === next ? await approvalsOf(operator, chaincode) : {} };
      }),
    );
    if (values.json) {
      context.stdout.write(`${JSON.stringify({ committed, proposed })}\n`);
      return EXIT_OK;
    }
    for (const { name, version, sequence, endorsementPolicy, collections } of committed) {
      context.stdout.write(`${name} ${version}, sequence ${sequence}: ${endorsementPolicy}\n`);
      const names = collections.map((collection) => collection.name);
      if (names.length > 0) context.stdout.write(`  collections ${names.join(', ')}\n`);
    }
    for (const { name, version, sequence, approvals } of proposed) {
      context.stdout.write(`${name} ${version}, sequence ${sequence}: not committed\n`);
      for (const [mspId, approved] of Object.entries(approvals))
        context.stdout.write(`  ${mspId} ${approved ? 'has approved' : 'has not approved'}\n`);
    }
    return EXIT_OK;
  },
};
