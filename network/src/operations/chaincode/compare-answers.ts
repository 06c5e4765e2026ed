import { FabricError } from '../../fabric/fabric-error.ts';
import type { TopologyChaincode } from '../../topology/topology.ts';
import type { Operator } from '../operator.ts';

/** What one organisation's process of a chaincode says to a question. */
export type Answer = Readonly<{ mspId: string; answer?: string; failure?: string }>;

export type Comparison = Readonly<{
  answers: readonly Answer[];
  /** Organisations whose answer is not that of the strict majority of those that answered; all of them where there is no majority. */
  deviating: readonly string[];
}>;

/**
 * Asks every organisation's peer the same, each answered by that organisation's own process on its own state, and names who says otherwise.
 * A network at rest is expected: a write in between can make honest answers differ.
 */
export async function compareAnswers(
  operator: Operator,
  { name, addresses }: TopologyChaincode,
  args: readonly string[],
): Promise<Comparison> {
  const asked = operator.topology.organizations.filter(({ mspId }) => addresses[mspId] !== undefined);
  const asking = operator.anyOwnOrganization();
  const question = JSON.stringify({ Args: args });
  const answers = await Promise.all(
    asked.map(async (organization): Promise<Answer> => {
      const { mspId, peers } = organization;
      const command = operator.peerCommand(asking, { organization, peer: peers[0] });
      try {
        const answer = await command.run(
          'chaincode',
          'query',
          '-C',
          operator.channel,
          '-n',
          name,
          '-c',
          question,
          '--hex',
        );
        return { mspId, answer: Buffer.from(answer.trim(), 'hex').toString() };
      } catch (error) {
        if (error instanceof FabricError) return { mspId, failure: error.message };
        throw error;
      }
    }),
  );
  return { answers, deviating: deviatingFrom(answers) };
}

/** @see Comparison.deviating */
export function deviatingFrom(answers: readonly Answer[]): readonly string[] {
  const given = answers.filter(({ answer }) => answer !== undefined);
  const counts = Map.groupBy(given, ({ answer }) => answer);
  const isMajority = (answer: string | undefined) => (counts.get(answer)?.length ?? 0) * 2 > given.length;
  return given.filter(({ answer }) => !isMajority(answer)).map(({ mspId }) => mspId);
}
