import { consortiumConfiguration } from '@medquorum/chaincode/consortium/consortium-configuration';
import type { ErrorCode } from '@medquorum/chaincode/medquorum-error';
import { LedgerFault } from '../ledger/ledger-fault.ts';
import { agreeing, askOrganizations, requirement, suffices, type Vote } from './agreement.ts';

const MEMBERS = ['A', 'B', 'C', 'D', 'R'];
const configuration = consortiumConfiguration(
  {
    members: MEMBERS.map((mspId) => ({ mspId, kind: mspId === 'R' ? 'regulator' : 'hospital' })),
    recordClasses: [{ name: 'clinical', attestations: 2, endorsements: 2 }],
    clockSkewSeconds: 300,
    leaseSeconds: 900,
    releaseThreshold: 2,
  },
  'configuration',
);
const votes = (...agreed: string[]): Vote[] =>
  MEMBERS.map((mspId) => ({ mspId, agrees: agreed.includes(mspId), said: '' }));

describe('the agreement of organisations', () => {
  it.each([
    [['R', 'A', 'B', 'C'], true],
    [['A', 'B', 'C', 'D', 'R'], true],
    [['R', 'A', 'B'], false],
    [['A', 'B', 'C', 'D'], false],
    [[], false],
  ])('of %j suffices: %s', (agreed, expected) => {
    expect(suffices(configuration, votes(...agreed))).toBe(expected);
  });

  it('is described as the ledger asks for it', () => {
    expect(requirement(configuration)).toBe('R and 3 of 4 others');
  });

  it('is what each of them says by itself: agreement, veto, another refusal, silence', async () => {
    const answers: Record<string, LedgerFault | undefined> = {
      A: undefined,
      B: new LedgerFault('chaincode', 'not what the description says', { code: 'MQ_VETOED', index: 0 }),
      C: new LedgerFault('chaincode', 'too far', { code: 'MQ_TIMESTAMP_SKEW' as ErrorCode }),
      D: new LedgerFault('refused', 'refused at evaluate'),
    };
    const asked: unknown[] = [];
    const ledger = {
      async evaluate(request: { organizations?: readonly string[]; args: readonly string[] }) {
        asked.push(request);
        const fault = answers[request.organizations?.[0] ?? ''];
        if (fault !== undefined) throw fault;
        return '[]';
      },
    };
    const request = { contract: 'registry', functionName: 'configure', args: ['entries'] };
    const found = await askOrganizations(ledger, request, ['A', 'B', 'C', 'D']);
    expect(found.map(({ said }) => said)).toEqual([
      'agrees',
      'vetoes: not what the description says',
      'refuses: MQ_TIMESTAMP_SKEW: too far',
      'does not answer',
    ]);
    expect(agreeing(found)).toEqual(['A']);
    expect(asked).toEqual(['A', 'B', 'C', 'D'].map((mspId) => ({ ...request, organizations: [mspId] })));
  });
});
