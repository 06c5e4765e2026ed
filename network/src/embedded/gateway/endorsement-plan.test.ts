import { EndorsementPlan, MISMATCH } from './endorsement-plan.ts';
import type { OrganizationPeer } from './organization-peer.ts';

const peers = new Map(['A', 'B', 'C'].map((mspId) => [mspId, { mspId, address: `${mspId}:1` } as OrganizationPeer]));
const peer = (mspId: string): OrganizationPeer => peers.get(mspId) as OrganizationPeer;
const answer = Buffer.from('answer');
const endorsed = (mspId: string) => ({ endorser: Buffer.from(mspId), signature: Buffer.from(mspId) });
const accept = (plan: EndorsementPlan, mspId: string, payload: Uint8Array = answer) =>
  plan.accept(peer(mspId), payload, endorsed(mspId));
const asked = (plan: EndorsementPlan) => plan.next().map(({ mspId }) => mspId);

describe('an endorsement plan', () => {
  it('asks only for what the first answer leaves open', () => {
    const plan = new EndorsementPlan(
      [
        ['A', 'B'],
        ['A', 'C'],
        ['B', 'C'],
      ],
      peers,
    );
    accept(plan, 'A');
    expect(asked(plan)).toEqual(['B']);
    accept(plan, 'B');
    expect(plan.completed?.mspIds).toEqual(['A', 'B']);
    expect(plan.completed?.endorsements).toEqual([endorsed('A'), endorsed('B')]);
  });

  it('does not carry the endorsement of an organisation that the set does not need', () => {
    const plan = new EndorsementPlan([['C']], peers);
    accept(plan, 'A');
    expect(asked(plan)).toEqual(['C']);
    accept(plan, 'C');
    expect(plan.completed?.endorsements).toEqual([endorsed('C')]);
  });

  it('gives up every set that needs an organisation which failed, and ends when none is left', () => {
    const plan = new EndorsementPlan(
      [
        ['A', 'B'],
        ['A', 'C'],
        ['B', 'C'],
      ],
      peers,
    );
    accept(plan, 'A');
    expect(asked(plan)).toEqual(['B']);
    plan.fail(peer('B'), 'refused here');
    expect(asked(plan)).toEqual(['C']);
    expect(accept(plan, 'C', Buffer.from('other'))).toBe(false);
    expect(asked(plan)).toEqual([]);
    expect(plan.completed).toBeUndefined();
    expect(plan.errorDetails).toEqual([
      { address: 'B:1', mspId: 'B', message: 'refused here' },
      { address: 'C:1', mspId: 'C', message: MISMATCH },
    ]);
  });
});
